/** Parameters of a callback that an app's definition keeps, limits, or wants signed. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { parseAppDefinition } from '../upstream/parse-app-definition.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { readCallback } from './read-callback.ts'

const shop = (oauth: object) =>
  parseAppDefinition({
    schema_version: 1,
    name_slug: 'shop',
    name: 'Shop',
    auth_type: 'oauth',
    custom_fields: [{ name: 'shop_id', pattern: '[a-z]+' }],
    oauth: {
      version: 2,
      authorization_url: 'https://{{custom_fields.shop_id}}.shop.test/authorize',
      token_url: 'https://{{custom_fields.shop_id}}.shop.test/token',
      ...oauth,
    },
    proxy: { enabled: false },
  }) as CatalogApp

const values = { customFields: { shop_id: 'mine' }, client: { id: 'id', secret: 'the-secret' } }
const sign = (text: string, key = 'the-secret') => createHmac('sha256', key).update(text).digest('hex')

test('B1: a signature over the other parameters must hold, and name the shop that was asked', () => {
  const app = shop({
    callback_params: { shop: 'shop' },
    callback_check: {
      type: 'hmac_sha256_hex',
      param: 'hmac',
      over: 'sorted_query',
      key: 'client_secret',
      equals: { shop: '{{custom_fields.shop_id}}.shop.test' },
    },
  })
  const text = 'code=c&shop=mine.shop.test&state=s'
  const query = { state: 's', shop: 'mine.shop.test', code: 'c' }
  assert.deepEqual(readCallback(app, { ...query, hmac: sign(text) }, values), {
    code: 'c',
    kept: { shop: 'mine.shop.test' },
  })
  const other = { ...query, shop: 'evil.shop.test' }
  const refused = { code: 'provider_mismatch' }
  assert.throws(() => readCallback(app, query, values), refused)
  assert.throws(() => readCallback(app, { ...query, hmac: sign(text, 'other') }, values), refused)
  assert.throws(() => readCallback(app, { ...query, hmac: sign(text), more: 'x' }, values), refused)
  assert.throws(
    () => readCallback(app, { ...other, hmac: sign(text.replace('mine', 'evil')) }, values),
    refused,
  )
  assert.throws(
    () => readCallback(app, { ...query, hmac: sign(text, '') }, { customFields: values.customFields }),
    refused,
  )
})

test('a parameter with a list of values takes no other', () => {
  const app = shop({
    callback_params: { host: 'api' },
    callback_allow: { host: ['eu.shop.test', 'us.shop.test'] },
  })
  assert.deepEqual(readCallback(app, { code: 'c', api: 'eu.shop.test' }, values).kept, {
    host: 'eu.shop.test',
  })
  for (const query of [{ code: 'c', api: 'evil.test' }, { code: 'c' }])
    assert.throws(() => readCallback(app, query, values), { code: 'provider_mismatch' })
})

test('B2: the code under another name, which is then the only one', () => {
  const app = shop({ code_param: 'auth_code' })
  assert.equal(readCallback(app, { auth_code: 'theirs', code: 'other' }, values).code, 'theirs')
  assert.throws(() => readCallback(app, { code: 'other' }, values), { code: 'provider_error' })
})

test('B4: a person who says no is told from a failure, in the words of every provider', () => {
  const app = shop({})
  for (const error of ['access_denied', 'user_denied', 'user_cancelled_login', 'user_cancelled_authorize'])
    assert.throws(() => readCallback(app, { error, code: 'c' }, values), { code: 'user_refused' }, error)
  assert.throws(() => readCallback(app, { error: 'server_error' }, values), {
    code: 'provider_error',
    detail: 'server_error: ',
  })
  assert.throws(() => readCallback(app, { error_code: '1349187', error_message: 'Not now' }, values), {
    code: 'provider_error',
    detail: '1349187: Not now',
  })
  assert.equal(readCallback(app, { code: 'c', error_code: '0' }, values).code, 'c')
})
