import { test } from 'node:test'
import assert from 'node:assert/strict'
import { codeChallengeOf } from '../platform/crypto/secrets.ts'
import { buildAuthorizeUrl, type AuthorizeRequest } from './authorize-url.ts'
import { requestedScopes } from './requested-scopes.ts'
import { oauthApp } from './sample-app.ts'
import { oauth2Of } from './upstream-context.ts'

const challenge = codeChallengeOf('v'.repeat(43))
const request: AuthorizeRequest = {
  customFields: {},
  client: { id: 'my client', secret: 's3cret', settings: { name: 'Our Product' } },
  redirectUri: 'https://headgate.example/connect/oauth/oa_1/callback',
  state: 'st/ate+=',
  codeChallenge: challenge,
  scopes: ['a:read', 'b'],
}
const https = 'https://idp.example'
const build = (
  oauth: Record<string, unknown>,
  more: Partial<AuthorizeRequest> = {},
  app: Record<string, unknown> = {},
) => buildAuthorizeUrl(oauthApp(https, oauth, app), { ...request, ...more })
const parametersOf = (url: string) => Object.fromEntries(new URL(url).searchParams)

test('G7-127 a plain authorize request carries exactly the parameters of RFC 6749 and PKCE S256', () => {
  const url = build({})
  assert.ok(url.startsWith('https://idp.example/authorize?'))
  assert.deepEqual(parametersOf(url), {
    response_type: 'code',
    client_id: 'my client',
    redirect_uri: request.redirectUri,
    state: 'st/ate+=',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    scope: 'a:read b',
  })
  assert.ok(url.includes('scope=a%3Aread%20b'), 'a blank that every decoder reads')
  assert.ok(!url.includes('s3cret'))
})

test('A9 PKCE goes out unless the app refuses it', () => {
  for (const pkce of ['required', 'supported', 'unknown'])
    assert.equal(parametersOf(build({ pkce })).code_challenge_method, 'S256', pkce)
  const refused = parametersOf(build({ pkce: 'no' }))
  assert.ok(!('code_challenge' in refused) && !('code_challenge_method' in refused))
})

test('A4 static parameters are added and can be templates', () => {
  const sent = parametersOf(
    build({
      authorization_params: {
        access_type: 'offline',
        prompt: 'consent',
        name: '{{oauth_app.name}}',
        x: '{{oauth_app.y?}}',
      },
    }),
  )
  assert.deepEqual(
    [sent.access_type, sent.prompt, sent.name, 'x' in sent],
    ['offline', 'consent', 'Our Product', false],
  )
})

test('a catalogue file cannot replace what makes the flow safe', () => {
  const evil = {
    state: 'x',
    redirect_uri: 'https://evil.example/',
    client_id: 'x',
    code_challenge: 'x',
    code_challenge_method: 'plain',
  }
  const omit = ['authorize.state', 'authorize.code_challenge']
  const sent = parametersOf(build({ authorization_params: evil, omit_params: omit }))
  assert.equal(sent.state, request.state)
  assert.equal(sent.redirect_uri, request.redirectUri)
  assert.equal(sent.client_id, 'my client')
  assert.equal(sent.code_challenge, challenge)
  assert.equal(sent.code_challenge_method, 'S256')
})

test('A5 A6 separators, a second and an optional scope parameter, or none at all', () => {
  const scopes = { separator: ',', user_param: 'user_scope', optional_param: 'optional_scope' }
  const slack = build({ scopes }, { userScopes: ['u1', 'u2'], optionalScopes: ['o'] })
  assert.equal(parametersOf(slack).scope, 'a:read,b')
  assert.equal(parametersOf(slack).user_scope, 'u1,u2')
  assert.equal(parametersOf(slack).optional_scope, 'o')
  assert.ok(build({ scopes: { separator: '+' } }).endsWith('&scope=a%3Aread+b'))
  assert.ok(!('scope' in parametersOf(build({ scopes: { param: false } }))))
  assert.ok(!('scope' in parametersOf(build({}, { scopes: [] }))))
})

test('A7 A8 renamed and left-out parameters', () => {
  const sent = parametersOf(
    build({
      client_param_names: { client_id: 'client_key' },
      omit_params: ['authorize.response_type'],
      scopes: { param: 'advanced_scopes' },
    }),
  )
  assert.equal(sent.client_key, 'my client')
  assert.equal(sent.advanced_scopes, 'a:read b')
  for (const name of ['client_id', 'response_type', 'scope']) assert.ok(!(name in sent), name)
})

test('A11 a consent screen behind a fragment gets its parameters there; an existing query is kept', () => {
  assert.ok(
    build({ authorization_url: `${https}/#/oauth/authorize` }).startsWith(
      `${https}/#/oauth/authorize?response_type=`,
    ),
  )
  const url = build({ authorization_url: `${https}/authorize?v=2` })
  assert.equal(parametersOf(url).v, '2')
  assert.equal(parametersOf(url).client_id, 'my client')
})

test('A1 A2 a field chooses host and tenant only inside its pattern', () => {
  const field = { name: 'shop', pattern: '[a-z0-9-]+' }
  const app = { custom_fields: [field, { name: 'tenant', required: false }] }
  const oauth = {
    authorization_url:
      'https://{{custom_fields.shop}}.shop.example/{{custom_fields.tenant ?? "common"}}/authorize',
  }
  const url = (customFields: Record<string, string>) => build(oauth, { customFields }, app)
  assert.ok(url({ shop: 'ours' }).startsWith('https://ours.shop.example/common/authorize?'))
  assert.ok(
    url({ shop: 'ours', tenant: '../x?y' }).startsWith('https://ours.shop.example/..%2Fx%3Fy/authorize?'),
  )
  for (const shop of ['evil.example/', 'evil.example#', 'a@evil.example', '127.0.0.1:80/'])
    assert.throws(() => url({ shop }), /host/, shop)
  assert.throws(() => url({}), /shop/)
})

test('A14 the client may be the account’s own; without any client there is no request', () => {
  const app = { custom_fields: [{ name: 'client_id' }, { name: 'client_secret', type: 'password' }] }
  const customFields = { client_id: 'theirs', client_secret: 'x' }
  const sent = parametersOf(build({ client_credentials_source: 'custom_fields' }, { customFields }, app))
  assert.equal(sent.client_id, 'theirs')
  const { client: _, ...clientless } = request
  assert.throws(() => buildAuthorizeUrl(oauthApp(https), clientless), /no OAuth client/)
})

test('scopes asked for: defaults, the profile, or the OAuthApp’s own choice', () => {
  const plain = oauth2Of(oauthApp(https, { scope_profiles: { read_only: ['r'] } }))
  assert.deepEqual(requestedScopes(plain), { scopes: ['read'], userScopes: [] })
  assert.deepEqual(requestedScopes(plain, 'read_only'), { scopes: ['r'], userScopes: [] })
  assert.deepEqual(requestedScopes(plain, 'admin'), { scopes: ['read'], userScopes: [] })
  assert.deepEqual(requestedScopes(plain, 'constructor'), { scopes: ['read'], userScopes: [] })
  assert.deepEqual(requestedScopes(plain, 'read_only', ['x']), { scopes: ['x'], userScopes: [] })
  const scopes = {
    default: ['bot'],
    user_param: 'user_scope',
    user_default: ['u'],
    profile_applies_to: 'user_param',
  }
  const slack = oauth2Of(oauthApp(https, { scopes, scope_profiles: { read_only: ['ur'] } }))
  assert.deepEqual(requestedScopes(slack), { scopes: ['bot'], userScopes: ['u'] })
  assert.deepEqual(requestedScopes(slack, 'read_only'), { scopes: ['bot'], userScopes: ['ur'] })
})
