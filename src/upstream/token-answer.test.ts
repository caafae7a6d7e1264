import { test } from 'node:test'
import assert from 'node:assert/strict'
import { oauthApp } from './sample-app.ts'
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts'
import { TokenRequestFailed, type TokenFailureKind } from './token-request-failed.ts'
import { oauth2Of } from './upstream-context.ts'

const now = Date.parse('2026-11-22T12:00:00Z')

function read(body: unknown, oauth: Record<string, unknown> = {}, more: Partial<TokenAnswer> = {}) {
  const { token_response: response, lifecycle, scopes } = oauth2Of(oauthApp('https://idp.example', oauth))
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = {
    host: 'idp.example',
    status: 200,
    contentType: 'application/json',
    text,
    scopes: ['asked'],
    secrets: [],
  }
  return readTokenAnswer({ ...answer, response, lifecycle, scopeSeparator: scopes.separator, now, ...more })
}

const fails = (kind: TokenFailureKind, upstreamError?: string) => (error: unknown) => {
  assert.ok(error instanceof TokenRequestFailed, String(error))
  assert.equal(error.kind, kind)
  assert.equal(error.upstreamError, upstreamError)
  return true
}

test('a plain answer of RFC 6749 section 5.1', () => {
  const answer = {
    access_token: 'at',
    token_type: 'bearer',
    expires_in: 3600,
    refresh_token: 'rt',
    scope: 'a b',
  }
  assert.deepEqual(read(answer), {
    accessToken: 'at',
    refreshToken: 'rt',
    expiresAt: now + 3_600_000,
    refreshExpiresAt: null,
    grantedScopes: ['a', 'b'],
    stored: {},
    raw: answer,
  })
})

test('the least there can be: no lifetime, no refresh token, scopes as asked', () => {
  const tokens = read({ access_token: 'at' })
  assert.equal(tokens.expiresAt, null)
  assert.ok(!('refreshToken' in tokens))
  assert.deepEqual(tokens.grantedScopes, ['asked'])
  assert.equal(read({ access_token: 'at' }, {}, { scopes: null }).grantedScopes, null)
})

test('D5 a lifetime under another name and in another unit', () => {
  const token_response = { expires_in: 'expires_at', expires_unit: 'epoch_s' }
  const answer = { access_token: 'at', expires_at: String(now / 1000 + 90) }
  assert.equal(read(answer, { token_response }).expiresAt, now + 90_000)
  assert.equal(read({ access_token: 'at', expires_in: '60' }).expiresAt, now + 60_000)
})

test('D5 what the catalogue knows about lifetimes fills gaps only', () => {
  const life = (answer: object, lifecycle: object) =>
    read({ access_token: 'at', ...answer }, { lifecycle }).expiresAt
  assert.equal(life({ refresh_token: 'rt' }, { assume_access_ttl_s: 7200 }), now + 7_200_000)
  assert.equal(life({}, { assume_access_ttl_s: 7200 }), null, 'nothing could refresh it')
  assert.equal(life({ refresh_token: 'rt', expires_in: 60 }, { assume_access_ttl_s: 7200 }), now + 60_000)
  assert.equal(life({ expires_in: 0 }, { ignore_expires_in_zero: true }), null)
  assert.equal(life({ expires_in: '0' }, { ignore_expires_in_zero: true }), null)
  assert.equal(life({ expires_in: 60 }, { ignore_expires_in_zero: true }), now + 60_000)
  assert.equal(life({ expires_in: 60 }, { never_expires: true }), null)
})

test('D6 the refresh token’s own lifetime', () => {
  const lifecycle = { refresh_expires_field: 'x_refresh_token_expires_in' }
  assert.equal(
    read({ access_token: 'at', x_refresh_token_expires_in: '8726400' }, { lifecycle }).refreshExpiresAt,
    now + 8_726_400_000,
  )
  assert.equal(read({ access_token: 'at' }, { lifecycle }).refreshExpiresAt, null)
})

test('F2 the old refresh token stays when the answer brings none, and only the answer makes a new one', () => {
  const old = { refreshToken: 'old' }
  assert.equal(read({ access_token: 'at' }, {}, old).refreshToken, 'old')
  for (const refresh_token of ['', null, 5, 'a\r\nb'])
    assert.equal(
      read({ access_token: 'at', refresh_token }, {}, old).refreshToken,
      'old',
      JSON.stringify(refresh_token),
    )
  assert.equal(read({ access_token: 'at', refresh_token: 'new' }, {}, old).refreshToken, 'new')
  const never = { lifecycle: { refresh_token_issued: 'never' } }
  assert.equal(read({ access_token: 'at', refresh_token: 'new' }, never).refreshToken, 'new')
})

test('D3 D7 nested and renamed values with alternatives, and values to keep', () => {
  const token_response = {
    access_token: 'token | data[0].access_token | data.0.at',
    store: { uid: 'data[0].user_id', flag: 'flag', none: 'nothing', url: 'a.b | c.url', all: 'owner' },
  }
  const tokens = read(
    {
      token: null,
      data: [{ access_token: 'nested', user_id: 17841400000000 }],
      flag: false,
      c: { url: 'u' },
      owner: { id: 1 },
    },
    { token_response },
  )
  assert.equal(tokens.accessToken, 'nested')
  assert.deepEqual(tokens.stored, { uid: '17841400000000', flag: 'false', url: 'u', all: '{"id":1}' })
})

test('a path of the catalogue never reaches a prototype', () => {
  assert.throws(() => read({}, { token_response: { access_token: 'constructor.name' } }), fails('unknown'))
  const store = { x: 'list.__proto__.length', y: '__proto__.toString' }
  assert.deepEqual(read({ access_token: 'at', list: [] }, { token_response: { store } }).stored, {})
})

test('D8 granted scopes with their separator, as a list, or not at all', () => {
  const scopes = (scope: unknown, token_response: object = {}) =>
    read({ access_token: 'at', scope }, { token_response }).grantedScopes
  assert.deepEqual(scopes('repo,gist', { granted_scopes_separator: ',' }), ['repo', 'gist'])
  assert.deepEqual(scopes('repo, gist', { granted_scopes_separator: ',' }), ['repo', 'gist'])
  assert.deepEqual(scopes(['a', '', 5, 'b']), ['a', 'b'])
  assert.deepEqual(scopes(''), [], 'none at all is an answer')
  assert.equal(scopes('', { empty_scope: 'unknown' }), null)
  assert.deepEqual(scopes(5), ['asked'])
})

test('D2 the body decides, not its content type', () => {
  const form = 'access_token=gho_x&expires_in=28800&scope=repo%2Cgist&token_type=bearer'
  for (const contentType of ['application/x-www-form-urlencoded; charset=utf-8', 'text/plain', '']) {
    const tokens = read(form, {}, { contentType })
    assert.deepEqual([tokens.accessToken, tokens.expiresAt], ['gho_x', now + 28_800_000], contentType)
  }
  assert.equal(read('  {"access_token":"at"}\n', {}, { contentType: 'text/html' }).accessToken, 'at')
})

test('D4 an odd token_type is ignored, except mac', () => {
  for (const token_type of ['bot', 'user', 'Zoho-oauthtoken', 'BEARER', 5, null])
    assert.equal(read({ access_token: 'at', token_type }).accessToken, 'at')
  for (const token_type of ['mac', 'MAC', 'Mac'])
    assert.throws(() => read({ access_token: 'at', token_type }), fails('configuration'))
})

test('G7-138 G8-157 an answer without a usable token is of unknown outcome, and gives nothing', () => {
  const bad = [
    '',
    '{}',
    '[]',
    'null',
    '{"access_token":"at"',
    '<html><body>a=b</body></html>',
    'not json',
    '{"access_token":{}}',
  ]
  for (const body of bad) assert.throws(() => read(body), fails('unknown'), body)
  for (const access_token of [5, true, '', 'a\r\nx: y', 'a\u0000', 'a\u007f', 'é', ['at'], null])
    assert.throws(() => read({ access_token }), fails('unknown'), JSON.stringify(access_token))
})

test('broken side values never cost the tokens', () => {
  const tokens = read({
    access_token: 'at',
    refresh_token: 'rt',
    expires_in: {},
    scope: {},
    id_token: 'a.b.c',
    token_type: {},
  })
  assert.deepEqual([tokens.accessToken, tokens.refreshToken, tokens.expiresAt], ['at', 'rt', null])
  assert.ok(!('idTokenClaims' in tokens))
})

test('E3 id_token claims are decoded', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const id_token = `${part({ alg: 'RS256' })}.${part({ sub: '1', email: 'ä@b.example' })}.sig`
  assert.deepEqual(read({ access_token: 'at', id_token }).idTokenClaims, { sub: '1', email: 'ä@b.example' })
})

test('D1 an error inside 200 is an error', () => {
  assert.throws(() => read({ error: 'invalid_grant' }), fails('permanent', 'invalid_grant'))
  const slack = { token_response: { error_in_200: { ok_field: 'ok', error_field: 'error' } } }
  assert.throws(() => read({ ok: false, error: 'invalid_code' }, slack), fails('permanent', 'invalid_code'))
  assert.throws(
    () => read({ ok: false, error: 'bad_client_secret' }, slack),
    fails('configuration', 'bad_client_secret'),
  )
  assert.throws(() => read({ ok: false, error: 'ratelimited' }, slack), fails('transient', 'ratelimited'))
  assert.throws(() => read({ ok: false, access_token: 'at' }, slack), fails('configuration'))
  assert.equal(read({ ok: true, access_token: 'at', error: '' }, slack).accessToken, 'at')
  const github = 'error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired.'
  assert.throws(
    () => read(github, {}, { contentType: 'application/x-www-form-urlencoded' }),
    fails('permanent', 'bad_verification_code'),
  )
})

test('errors by status and code', () => {
  const cases: [number, unknown, TokenFailureKind, string?][] = [
    [400, { error: 'invalid_grant' }, 'permanent', 'invalid_grant'],
    [400, { error: 'access_denied' }, 'permanent', 'access_denied'],
    [401, { error: 'access_denied', error_description: 'Unauthorized' }, 'configuration', 'access_denied'],
    [400, { status: 'BAD_REFRESH_TOKEN', message: 'x' }, 'permanent', 'bad_refresh_token'],
    [401, { error: 'invalid_client' }, 'configuration', 'invalid_client'],
    [400, { error: 'unauthorized_client' }, 'configuration', 'unauthorized_client'],
    [400, { error: 'invalid_scope' }, 'configuration', 'invalid_scope'],
    [400, { error: 'unsupported_grant_type' }, 'configuration', 'unsupported_grant_type'],
    [400, { error: { message: 'x', type: 'OAuthException', code: 100 } }, 'configuration', 'oauthexception'],
    [400, { error: 'some words of theirs' }, 'configuration'],
    [404, '<html>', 'configuration'],
    [403, '', 'configuration'],
    [400, { error: 'temporarily_unavailable' }, 'transient', 'temporarily_unavailable'],
    [429, '', 'transient'],
    [500, '<html>', 'transient'],
    [503, { error: 'invalid_grant' }, 'transient', 'invalid_grant'],
    [400, { access_token: 'at', error: 'invalid_grant' }, 'permanent', 'invalid_grant'],
  ]
  for (const [status, body, kind, code] of cases)
    assert.throws(() => read(body, {}, { status }), fails(kind, code), JSON.stringify([status, body]))
})

test('F7 an app may say by its words that a grant has ended, and by its words that it is asked too often', () => {
  const ended = { token_response: { permanent_descriptions: ['refresh_token is invalid'] } }
  const atlassian = { error: 'unauthorized_client', error_description: 'Refresh_token is invalid' }
  assert.throws(() => read(atlassian, ended, { status: 403 }), fails('permanent', 'unauthorized_client'))
  assert.throws(() => read(atlassian, {}, { status: 403 }), fails('configuration', 'unauthorized_client'))
  assert.throws(() => read(atlassian, ended, { status: 503 }), fails('transient', 'unauthorized_client'))
  const other = { error: 'unauthorized_client', error_description: 'The client is unknown' }
  assert.throws(() => read(other, ended, { status: 403 }), fails('configuration', 'unauthorized_client'))

  const description = 'You have made too many requests continuously. Please try again after some time.'
  const zoho = { error: 'Access Denied', error_description: description, status: 'failure' }
  assert.throws(() => read(zoho, {}, { status: 400 }), fails('transient', 'failure'))
})

test('what was sent does not come back in an error', () => {
  const secrets = ['the-code', 's3cret', '']
  const body = {
    error: 'invalid_grant',
    error_description: 'code the-code\r\nof s3cret is bad' + '!'.repeat(1000),
    code: 'the-code',
  }
  assert.throws(
    () => read(body, {}, { status: 400, secrets }),
    (error) => {
      assert.ok(error instanceof TokenRequestFailed)
      const shown = JSON.stringify([error, error.message, error.details, error.detail])
      assert.doesNotMatch(shown, /the-code|s3cret/)
      assert.match(String(error.details?.upstream_description), /^code \[secret\] of \[secret\] is bad!/)
      assert.ok(String(error.details?.upstream_description).length <= 300)
      return true
    },
  )
  assert.throws(
    () => read({ code: 'the-code' }, {}, { status: 400, secrets }),
    fails('configuration', undefined),
  )
})
