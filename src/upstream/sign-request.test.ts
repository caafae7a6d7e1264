import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { isAllowedTarget } from './allowed-hosts.ts'
import { injectCredentials } from './inject-credentials.ts'
import { keyApp, oauthApp } from './sample-app.ts'
import { upstreamContext } from './upstream-context.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const origin = 'https://api.example'
const parametersOf = (header: string | undefined) =>
  new Map(
    [...(header ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      decodeURIComponent(value),
    ]),
  )

test('H8, netsuite: token-based access signs with HMAC-SHA256, the account as realm, all four secrets from fields', () => {
  const fields = {
    api_key: 'ck',
    consumer_secret: 'c&s',
    token_id: 'tk',
    token_secret: 't s',
    account: '1234567_SB1',
  }
  const app = keyApp(
    origin,
    {
      type: 'oauth1',
      signature_method: 'HMAC-SHA256',
      realm: '{{custom_fields.account}}',
      client_id: '{{custom_fields.api_key}}',
      client_secret: '{{custom_fields.consumer_secret}}',
      token: '{{custom_fields.token_id}}',
      token_secret: '{{custom_fields.token_secret}}',
    },
    { custom_fields: Object.keys(fields).map((name) => ({ name, type: 'password' })) },
  )
  const request = { method: 'GET', url: new URL(`${origin}/record/v1/customer?limit=1`), headers: {} }
  const context = upstreamContext(app, { customFields: fields })
  const { headers, url } = injectCredentials(app, request, context, NOW)
  assert.equal(url.href, request.url.href)
  const given = parametersOf(headers['authorization'])
  assert.equal(given.get('realm'), '1234567_SB1')
  const names = [...given.keys()].filter((name) => name.startsWith('oauth_') && name !== 'oauth_signature')
  const normalized = ['limit=1', ...names.map((name) => `${name}=${given.get(name)}`)].toSorted().join('&')
  const base = `GET&${encodeURIComponent(`${origin}/record/v1/customer`)}&${encodeURIComponent(normalized)}`
  const expected = createHmac('sha256', 'c%26s&t%20s').update(base).digest('base64')
  assert.equal(given.get('oauth_signature'), expected)
  assert.deepEqual(
    ['oauth_consumer_key', 'oauth_token', 'oauth_timestamp'].map((name) => given.get(name)),
    ['ck', 'tk', String(NOW / 1000)],
  )
})

test('H8: two legs, without any token; a form is part of the signature and JSON is not', () => {
  const app = keyApp(origin, {
    type: 'oauth1',
    signature_method: 'PLAINTEXT',
    client_id: 'ck',
    client_secret: '{{custom_fields.api_key}}',
  })
  const context = upstreamContext(app, { customFields: { api_key: 's' } })
  const sign = (auth: object, headers: Record<string, string>, body?: string) => {
    const signed = keyApp(origin, { client_id: 'ck', client_secret: 's', ...auth, type: 'oauth1' })
    const request = {
      method: 'POST',
      url: new URL(`${origin}/`),
      headers,
      ...(body === undefined ? {} : { body }),
    }
    return parametersOf(injectCredentials(signed, request, context, NOW).headers['authorization'])
  }
  const plain = sign({ signature_method: 'PLAINTEXT' }, {})
  assert.equal(plain.get('oauth_signature'), 's&')
  assert.equal(plain.has('oauth_token'), false)

  const signatureOf = (type: string, body: string) => {
    const given = sign({}, { 'content-type': type }, body)
    const names = [...given.keys()].filter((name) => name !== 'oauth_signature')
    const pairs = (more: string[]) =>
      [...names.map((name) => `${name}=${given.get(name)}`), ...more].toSorted().join('&')
    const over = (more: string[]) =>
      createHmac('sha1', 's&')
        .update(`POST&${encodeURIComponent(`${origin}/`)}&${encodeURIComponent(pairs(more))}`)
        .digest('base64')
    return { given: given.get('oauth_signature'), over }
  }
  const form = signatureOf('application/x-www-form-urlencoded; charset=utf-8', 'b=2&a=1')
  assert.equal(form.given, form.over(['b=2', 'a=1']))
  const json = signatureOf('application/json', '{"a":1}')
  assert.equal(json.given, json.over([]))
})

test('I3, H12, google_ads: the operator’s developer token goes with every request, and only if there is one', () => {
  const app = oauthApp(
    origin,
    {},
    {
      proxy: {
        base_url: origin,
        allowed_domains: ['api.example'],
        auth: { type: 'header', name: 'Authorization', value: 'Bearer {{access_token}}' },
        default_headers: { 'developer-token': '{{oauth_app.developer_token?}}' },
      },
    },
  )
  const inject = (settings: Record<string, string> | undefined) => {
    const client = { id: 'id', secret: 's', ...(settings === undefined ? {} : { settings }) }
    const context = upstreamContext(app, { customFields: {}, accessToken: 'at', client })
    return injectCredentials(app, { method: 'GET', url: new URL(origin), headers: {} }, context, NOW).headers
  }
  assert.equal(inject({ developer_token: 'dev' })['developer-token'], 'dev')
  assert.deepEqual(inject(undefined), { authorization: 'Bearer at' })
})

test('H13, H16: credentials go to the hosts the app names, and to no other spelling of them', () => {
  const domains = [
    'api.example',
    '*.files.example',
    '{{custom_fields.api_key}}.shop.example',
    'api.example:8443',
  ]
  const app = keyApp(
    origin,
    { type: 'header', name: 'x', value: 'y' },
    { sandbox: false, custom_fields: [{ name: 'api_key', pattern: '[a-z]+' }] },
    { allowed_domains: domains },
  )
  const allowed = (url: string) => isAllowedTarget(app, { customFields: { api_key: 'acme' } }, new URL(url))
  for (const url of [
    'https://api.example/x',
    'https://API.example:443/',
    'https://api.example:8443/',
    'https://a.b.files.example/',
    'https://acme.shop.example/',
  ])
    assert.equal(allowed(url), true, url)
  for (const url of [
    'http://api.example/',
    'https://api.example:444/',
    'https://api.example.evil.test/',
    'https://evilapi.example/',
    'https://files.example/',
    'https://other.shop.example/',
    'https://api.example@evil.test/',
    'https://user@api.example/',
    'ftp://api.example/',
  ])
    assert.equal(allowed(url), false, url)
})
