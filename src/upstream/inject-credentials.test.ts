import { test } from 'node:test'
import assert from 'node:assert/strict'
import { BadRequest } from '../platform/errors.ts'
import { injectCredentials } from './inject-credentials.ts'
import { keyApp, oauthApp } from './sample-app.ts'
import { upstreamContext, type UpstreamValues } from './upstream-context.ts'

const origin = 'https://api.example'
const NOW = Date.parse('2026-11-22T12:00:00Z')
const values: UpstreamValues = {
  customFields: { api_key: 'k3y/+= ä' },
  stored: { bot_token: 'xoxb' },
  accessToken: 'at',
  derived: { access_token: 'minted' },
}

function inject(
  auth: Record<string, unknown>,
  given: { url?: string; headers?: Record<string, string>; key?: string } = {},
  proxy = {},
) {
  const app = keyApp(origin, auth, {}, proxy)
  const context = upstreamContext(
    app,
    given.key === undefined ? values : { ...values, customFields: { api_key: given.key } },
  )
  const request = {
    method: 'GET',
    url: new URL(given.url ?? `${origin}/v1/things?a=1`),
    headers: given.headers ?? {},
  }
  const before = JSON.stringify([request.url.href, request.headers])
  const injected = injectCredentials(app, request, context, NOW)
  assert.equal(
    JSON.stringify([request.url.href, request.headers]),
    before,
    'what it was given stays as it was',
  )
  return { url: injected.url.href, headers: injected.headers, bodyParams: injected.bodyParams }
}

test('G10-189, H1, H2, H3, H4, H5, H6, H7: credentials go exactly where the app wants them', () => {
  const url = `${origin}/v1/things?a=1`
  const key = '{{custom_fields.api_key}}'
  assert.deepEqual(
    inject({ type: 'header', name: 'Authorization', value: `Klaviyo-API-Key ${key}` }, { key: 'k' }),
    {
      url,
      headers: { authorization: 'Klaviyo-API-Key k' },
      bodyParams: {},
    },
  )
  const pair = { type: 'headers', headers: { apikey: key, Authorization: `Bearer ${key}` } }
  assert.deepEqual(inject(pair, { key: 'k' }).headers, { apikey: 'k', authorization: 'Bearer k' })
  const basic = inject({ type: 'basic', username: 'api', password: key })
  assert.deepEqual(basic.headers, {
    authorization: `Basic ${Buffer.from('api:k3y/+= ä').toString('base64')}`,
  })
  const query = inject({ type: 'query', params: { appid: key } })
  assert.deepEqual([query.url, query.headers], [`${url}&appid=k3y%2F%2B%3D+%C3%A4`, {}])
  const path = inject({ type: 'path_prefix', value: `/bot${key}` }, { key: '123:AAE-x' })
  assert.deepEqual([path.url, path.headers], [`${origin}/bot123:AAE-x/v1/things?a=1`, {}])
  const body = inject({ type: 'body', params: { key } }, { key: 'k' })
  assert.deepEqual(body, { url, headers: {}, bodyParams: { key: 'k' } })
})

test('G10-198 the account’s credential wins over the caller’s', () => {
  const header = { type: 'header', name: 'AUTHORIZATION', value: 'Bearer {{custom_fields.api_key}}' }
  assert.deepEqual(
    inject(header, { key: 'k', headers: { authorization: 'Bearer mine', accept: 'x' } }).headers,
    {
      authorization: 'Bearer k',
      accept: 'x',
    },
  )
  const query = inject(
    { type: 'query', params: { key: '{{custom_fields.api_key}}' } },
    { key: 'k', url: `${origin}/?key=mine&key=2&b=3` },
  )
  assert.deepEqual(new URL(query.url).searchParams.getAll('key'), ['k'])
})

test('a credential cannot write headers, leave its path segment or name another host', () => {
  const header = { type: 'header', name: 'x-key', value: '{{custom_fields.api_key}}' }
  for (const key of ['s3cret\r\nx: y', 's3cret\n', 's3cret\0'])
    assert.throws(
      () => inject(header, { key }),
      (error) =>
        error instanceof BadRequest &&
        error.code === 'credential_unusable' &&
        !error.message.includes('s3cret'),
    )
  const prefix = { type: 'path_prefix', value: '/bot{{custom_fields.api_key}}' }
  assert.equal(
    inject(prefix, { key: '@evil.example/../x?y#z' }).url,
    `${origin}/bot@evil.example%2F..%2Fx%3Fy%23z/v1/things?a=1`,
  )
  assert.throws(
    () => inject({ type: 'path_prefix', value: '/{{custom_fields.api_key}}' }, { key: '..' }),
    BadRequest,
  )
})

test('H12: default headers fill gaps only', () => {
  const auth = { type: 'header', name: 'x-key', value: '{{custom_fields.api_key}}' }
  const proxy = {
    default_headers: { 'Anthropic-Version': '2023-06-01', Accept: 'a', 'X-Org': '{{oauth_app.org?}}' },
  }
  assert.deepEqual(inject(auth, { key: 'k', headers: { accept: 'mine' } }, proxy).headers, {
    'anthropic-version': '2023-06-01',
    accept: 'mine',
    'x-key': 'k',
  })
})

test('H14: another token by name, and only by a name the app has', () => {
  const bot = { type: 'header', name: 'Authorization', value: 'Bearer {{stored.bot_token}}' }
  const app = oauthApp(
    origin,
    { token_response: { store: { bot_token: 'access_token' } } },
    {
      proxy: {
        base_url: origin,
        allowed_domains: ['api.example'],
        auth: { type: 'header', name: 'Authorization', value: 'Bearer {{access_token}}' },
        alternate_auth: { bot },
      },
    },
  )
  const request = { method: 'GET', url: new URL(origin), headers: {} }
  const context = upstreamContext(app, values)
  assert.equal(injectCredentials(app, request, context, NOW).headers.authorization, 'Bearer at')
  assert.equal(injectCredentials(app, request, context, NOW, 'bot').headers.authorization, 'Bearer xoxb')
  for (const name of ['user', 'constructor', '__proto__', ''])
    assert.throws(
      () => injectCredentials(app, request, context, NOW, name),
      { code: 'unknown_alternate_auth' },
      name,
    )
})

test('a missing value is an error that names it', () => {
  const auth = { type: 'header', name: 'x-key', value: '{{custom_fields.api_key}}' }
  const app = keyApp(origin, auth)
  const context = upstreamContext(app, { customFields: {} })
  assert.throws(
    () => injectCredentials(app, { method: 'GET', url: new URL(origin), headers: {} }, context, NOW),
    /custom_fields\.api_key/,
  )
})

test('a minted token goes where the app sends it, and is asked for if it is not there', () => {
  const send = { type: 'header', name: 'Authorization', value: 'Bearer {{derived.access_token}}' }
  const minted = {
    type: 'client_credentials',
    token_url: `${origin}/token`,
    client_id: 'x',
    client_secret: '{{custom_fields.api_key}}',
    send,
  }
  assert.deepEqual(inject(minted).headers, { authorization: 'Bearer minted' })
  const app = keyApp(origin, minted)
  const context = upstreamContext(app, { customFields: values.customFields })
  const request = { method: 'GET', url: new URL(origin), headers: {} }
  assert.throws(() => injectCredentials(app, request, context, NOW), { code: 'template_value_missing' })
})
