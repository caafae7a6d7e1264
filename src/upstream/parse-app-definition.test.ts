/** Proves that a definition is finished with its defaults, and that every kind of mistake is named in plain words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequest } from '../platform/errors.ts'
import { parseAppDefinition } from './parse-app-definition.ts'

const keysApp = {
  schema_version: 1,
  name_slug: 'acme',
  name: 'Acme',
  auth_type: 'keys',
  custom_fields: [{ name: 'api_key', type: 'password' }],
  proxy: {
    base_url: 'https://api.acme.example',
    allowed_domains: ['api.acme.example'],
    auth: { type: 'header', name: 'x-api-key', value: '{{custom_fields.api_key}}' },
  },
}
const oauthApp = {
  ...keysApp,
  auth_type: 'oauth',
  oauth: {
    version: 2,
    authorization_url: 'https://acme.example/authorize',
    token_url: 'https://acme.example/token',
  },
}
const withOAuth = (more: object) => ({ ...oauthApp, oauth: { ...oauthApp.oauth, ...more } })
const withProxy = (more: object) => ({ ...keysApp, proxy: { ...keysApp.proxy, ...more } })
const withField = (more: object) => ({ ...keysApp, custom_fields: [{ name: 'api_key', ...more }] })

function problemsOf(input: unknown): string[] {
  try {
    parseAppDefinition(input)
    return []
  } catch (error) {
    assert.ok(error instanceof BadRequest)
    return error.details?.['problems'] as string[]
  }
}

test('what a file leaves out is filled in, also inside tagged parts and lists', () => {
  const app = parseAppDefinition(oauthApp)
  assert.equal(app.oauth?.version, 2)
  assert.ok(app.oauth?.version === 2)
  assert.deepEqual(app.oauth.scopes, {
    default: [],
    separator: ' ',
    param: 'scope',
    user_default: [],
    functional: [],
    implies: {},
    profile_applies_to: 'param',
  })
  assert.equal(app.oauth.token_response.access_token, 'access_token')
  assert.equal(app.oauth.lifecycle.never_expires, false)
  assert.equal(app.oauth.refresh_response, undefined)
  assert.deepEqual(app.custom_fields[0], {
    name: 'api_key',
    type: 'password',
    required: true,
    source: 'user',
    maps_to: {},
  })
  assert.equal(app.proxy.enabled, true)
  assert.deepEqual(app.evidence, { sources: [], checked_fields: [], unverified: [] })
})

test('two definitions share no default', () => {
  const [a, b] = [parseAppDefinition(oauthApp), parseAppDefinition(oauthApp)]
  assert.notEqual(a.evidence.sources, b.evidence.sources)
})

const mistakes: [what: string, input: unknown, problem: string][] = [
  ['misspelt key', { ...keysApp, nmae: 'x' }, '$: unknown key "nmae"'],
  [
    'misspelt key deep down',
    withOAuth({ scopes: { seperator: ',' } }),
    '$.oauth.scopes: unknown key "seperator"',
  ],
  [
    'key of another injection',
    withProxy({ auth: { type: 'basic', username: 'a', password: 'b', value: 'c' } }),
    '$.proxy.auth: unknown key "value"',
  ],
  [
    'unknown injection',
    withProxy({ auth: { type: 'magic' } }),
    '$.proxy.auth.type: must be one of "header", "headers", "basic", "query", "path_prefix", "body", "oauth1", "aws_sigv4", "jwt_bearer", "jwt_assertion", "client_credentials"',
  ],
  ['missing name', { ...keysApp, name: undefined }, '$: "name" is missing'],
  ['wrong kind of value', { ...keysApp, rank: '3' }, '$.rank: must be integer'],
  [
    'unknown choice',
    withOAuth({ pkce: 'maybe' }),
    '$.oauth.pkce: must be one of "required", "supported", "no", "unknown"',
  ],
  ['broken pattern', withField({ pattern: '(' }), '$.custom_fields[0].pattern: is not a regular expression'],
  [
    'broken template',
    withProxy({ default_headers: { a: '{{x' } }),
    '$.proxy.default_headers.a: cannot be read as a template: {{x',
  ],
  [
    'unknown profile',
    withOAuth({ scope_profiles: { everything: [] } }),
    '$.oauth.scope_profiles: unknown key "everything"',
  ],
  ['not a mapping', 'text', '$: must be object'],
  [
    'oauth without oauth',
    { ...keysApp, auth_type: 'oauth' },
    '$.oauth: an app with auth_type oauth needs it',
  ],
  ['keys with oauth', { ...oauthApp, auth_type: 'keys' }, '$.oauth: an app with auth_type keys has none'],
  [
    'keys without a field',
    { ...keysApp, custom_fields: [], proxy: { enabled: false } },
    '$.custom_fields: an app with auth_type keys needs a field with source user',
  ],
  [
    'unknown name',
    withProxy({ default_headers: { a: '{{custom_fields.b}}' } }),
    '$.proxy.default_headers.a: unknown name "custom_fields.b"',
  ],
  [
    'token of a keys app',
    withProxy({ default_headers: { a: '{{access_token}}' } }),
    '$.proxy.default_headers.a: unknown name "access_token"',
  ],
  [
    'answer outside identity',
    withProxy({ default_headers: { a: '{{answer.b}}' } }),
    '$.proxy.default_headers.a: unknown name "answer.b"',
  ],
  [
    'sha256 outside identity',
    withProxy({ default_headers: { a: '{{sha256(custom_fields.api_key)}}' } }),
    '$.proxy.default_headers.a: sha256() is for identity only',
  ],
  [
    'http',
    withOAuth({ token_url: 'http://acme.example/token' }),
    '$.oauth.token_url: must start with https://',
  ],
  ['relative token URL', withOAuth({ token_url: '/token' }), '$.oauth.token_url: must be a whole URL'],
  [
    'free host',
    withOAuth({ token_url: 'https://{{custom_fields.api_key}}.example/token' }),
    '$.oauth.token_url: custom_fields.api_key takes part in the host name and has no pattern, options or allow-list',
  ],
  [
    'URL with a part that may drop',
    withOAuth({ token_url: 'https://acme.example/{{custom_fields.api_key?}}' }),
    '$.oauth.token_url: a URL cannot drop a part; give {{…?}} a fallback with ??',
  ],
  [
    'base outside the domains',
    withProxy({ allowed_domains: ['*.acme.example.org'] }),
    '$.proxy.base_url: api.acme.example is not among the allowed_domains',
  ],
  ['no domain', withProxy({ allowed_domains: [] }), '$.proxy.allowed_domains: is empty'],
  [
    'domain that is a URL',
    withProxy({ allowed_domains: ['api.acme.example', 'https://b.example'] }),
    '$.proxy.allowed_domains[1]: must be a host name in small letters, without scheme or path',
  ],
  [
    'domain anybody may choose',
    withProxy({ allowed_domains: ['api.acme.example', '{{custom_fields.api_key}}'] }),
    '$.proxy.allowed_domains[1]: custom_fields.api_key takes part in the host name and has no pattern, options or allow-list',
  ],
  [
    'path prefix that is no path',
    withProxy({ auth: { type: 'path_prefix', value: 'bot{{custom_fields.api_key}}' } }),
    '$.proxy.auth.value: must start with https://',
  ],
  [
    'proxy without credentials',
    withProxy({ auth: undefined }),
    '$.proxy.auth: says nothing of where the credentials go',
  ],
  [
    'field twice',
    { ...keysApp, custom_fields: [{ name: 'api_key' }, { name: 'api_key' }] },
    '$.custom_fields[1].name: "api_key" is there twice',
  ],
  [
    'field nobody fills',
    withField({ source: 'callback' }),
    '$.custom_fields[0].source: nothing in oauth fills "api_key" from callback',
  ],
  [
    'default outside the options',
    withField({ options: ['a'], default: 'b' }),
    '$.custom_fields[0].default: is not one of the options',
  ],
  [
    'default against the pattern',
    withField({ pattern: 'a', default: 'ab' }),
    '$.custom_fields[0].default: does not match the pattern',
  ],
  [
    'option without mapping',
    withField({ options: ['a', 'b'], maps_to: { host: { a: '' } } }),
    '$.custom_fields[0].maps_to.host: says nothing for the option "b"',
  ],
  [
    'look-up into nothing',
    withOAuth({ lookups: [{ name: 'x', method: 'GET', url: '/x', value: 'id' }] }),
    '$.oauth.lookups[0]: fills "x", which is no custom field with source lookup',
  ],
  [
    'allow-list for nothing',
    withOAuth({ callback_allow: { x: ['y'] } }),
    '$.oauth.callback_allow.x: is not in callback_params',
  ],
]

for (const [what, input, problem] of mistakes)
  test(`a mistake is named: ${what}`, () => {
    const problems = problemsOf(input)
    assert.ok(problems.includes(problem), `got ${JSON.stringify(problems)}`)
  })

test('a mistake in one branch does not speak of the others', () => {
  assert.deepEqual(problemsOf(withProxy({ auth: { type: 'header', name: 'a' } })), [
    '$.proxy.auth: "value" is missing',
  ])
})

test('a provider of our own may speak http', () => {
  const local = { ...withOAuth({ token_url: 'http://localhost:1/token' }), sandbox: true }
  assert.deepEqual(problemsOf(local), [])
})
