import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { ManualClock } from '../platform/clock.ts'
import { createEgress } from './egress.ts'
import { reply, serveLocally, type SeenRequest } from './local-server.ts'
import { revokeTokens } from './revoke-token.ts'
import { keyApp, oauthApp } from './sample-app.ts'
import { TokenRequestFailed } from './token-request-failed.ts'

const clock = new ManualClock('2026-11-22T12:00:00Z')
const values = {
  customFields: {},
  client: { id: 'client id', secret: 's3cret:%' },
  accessToken: 'at-1',
  refreshToken: 'rt-1',
}

/** A server whose answers are directed, and an app there that revokes as `revocation` says. */
async function world(
  t: TestContext,
  answer: (request: SeenRequest, response: ServerResponse) => void,
  revocation: object,
) {
  const server = await serveLocally(t, answer)
  const egress = createEgress({ allow: [server.target] })
  t.after(() => egress.close())
  const app = oauthApp(server.origin, { revocation: { url: `${server.origin}/revoke`, ...revocation } })
  return { server, app, upstream: { egress, clock } }
}

const failsAs = (kind: string, code?: string) => (error: unknown) => {
  assert.ok(error instanceof TokenRequestFailed, String(error))
  assert.equal(error.kind, kind)
  if (code !== undefined) assert.equal(error.code, code)
  assert.doesNotMatch(JSON.stringify([error, error.message, error.details]), /at-1|rt-1|s3cret/)
  return true
}

const rfc7009 = {
  method: 'POST',
  auth: 'client_basic',
  body: { token: '{{refresh_token ?? access_token}}', token_type_hint: 'refresh_token' },
}

test('G1: RFC 7009: the refresh token as a form, the client by Basic; 200 without a body is success', async (t) => {
  const { server, app, upstream } = await world(t, (_request, response) => response.end(), rfc7009)
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'revoked' })
  const [sent] = server.requests
  assert.equal(server.requests.length, 1)
  assert.equal(sent?.method, 'POST')
  assert.equal(sent.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.equal(
    Buffer.from((sent.headers.authorization ?? '').slice('Basic '.length), 'base64').toString(),
    // As at the token endpoint: RFC 7009 section 2.1 points to RFC 6749 section 2.3.
    'client+id:s3cret%3A%25',
  )
  assert.deepEqual(
    [...sent.form],
    [
      ['token', 'rt-1'],
      ['token_type_hint', 'refresh_token'],
    ],
  )
})

test('G1: an account without a refresh token has its access token revoked', async (t) => {
  const { server, app, upstream } = await world(t, (_request, response) => response.end(), rfc7009)
  const { refreshToken: _none, ...rest } = values
  await revokeTokens(upstream, app, rest)
  assert.equal(server.requests[0]?.form.get('token'), 'at-1')
})

test('G1, quickbooks: the same as JSON', async (t) => {
  const { server, app, upstream } = await world(t, (_request, response) => response.end(), {
    ...rfc7009,
    encoding: 'json',
    body: { token: '{{refresh_token ?? access_token}}' },
  })
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'revoked' })
  assert.equal(server.requests[0]?.headers['content-type'], 'application/json')
  assert.deepEqual(JSON.parse(server.requests[0]?.body ?? ''), { token: 'rt-1' })
})

test('G1, asana, gitlab: id and secret in the body, no Authorization', async (t) => {
  const { server, app, upstream } = await world(t, (_request, response) => reply(response, 200, {}), {
    method: 'POST',
    auth: 'none',
    body: { client_id: '{{client_id}}', client_secret: '{{client_secret}}', token: '{{refresh_token}}' },
  })
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'revoked' })
  assert.equal(server.requests[0]?.headers.authorization, undefined)
  assert.deepEqual(Object.fromEntries(server.requests[0]?.form ?? []), {
    client_id: 'client id',
    client_secret: 's3cret:%',
    token: 'rt-1',
  })
})

test('G1, gmail: 400 invalid_token means that it was gone already', async (t) => {
  const { app, upstream } = await world(
    t,
    (_request, response) => reply(response, 400, { error: 'invalid_token', error_description: 'rt-1' }),
    rfc7009,
  )
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'already_gone' })
})

test('G1: a refused client is no success: the token lives on', async (t) => {
  const { app, upstream } = await world(
    t,
    (_request, response) => reply(response, 401, { error: 'invalid_client', error_description: 's3cret:%' }),
    rfc7009,
  )
  await assert.rejects(
    revokeTokens(upstream, app, values),
    failsAs('configuration', 'upstream_client_refused'),
  )
})

test('G1: a wrong address of the endpoint is no success', async (t) => {
  for (const [status, headers] of [
    [404, {}],
    [302, { location: 'https://login.example/' }],
  ] as const) {
    const { app, upstream } = await world(
      t,
      (_request, response) => reply(response, status, {}, headers),
      rfc7009,
    )
    await assert.rejects(revokeTokens(upstream, app, values), failsAs('configuration'))
  }
})

test('G1: a kind of token that the app does not revoke will never be', async (t) => {
  const { app, upstream } = await world(
    t,
    (_request, response) => reply(response, 400, { error: 'unsupported_token_type' }),
    rfc7009,
  )
  await assert.rejects(revokeTokens(upstream, app, values), failsAs('permanent', 'revocation_unsupported'))
})

test('G1: an outage is to be tried again, after what Retry-After asks for', async (t) => {
  const { app, upstream } = await world(
    t,
    (_request, response) => reply(response, 503, '', { 'retry-after': '120' }),
    rfc7009,
  )
  await assert.rejects(revokeTokens(upstream, app, values), (error: TokenRequestFailed) => {
    assert.equal(error.retryAfterSeconds, 120)
    return failsAs('transient')(error)
  })
})

test('G1: an app that hangs costs no more than the time given', async (t) => {
  const { app, upstream } = await world(t, () => {}, rfc7009)
  const before = performance.now()
  await assert.rejects(revokeTokens(upstream, app, values, 200), failsAs('unknown', 'upstream_timeout'))
  assert.ok(performance.now() - before < 5000)
})

test('G2, github: DELETE of the grant; 404 means that it was gone', async (t) => {
  let status = 204
  const { server, app, upstream } = await world(
    t,
    (_request, response) => void response.writeHead(status).end(),
    {
      method: 'DELETE',
      auth: 'client_basic',
      encoding: 'json',
      body: { access_token: '{{access_token}}' },
    },
  )
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'revoked' })
  assert.deepEqual(
    [server.requests[0]?.method, server.requests[0]?.body],
    ['DELETE', '{"access_token":"at-1"}'],
  )
  status = 404
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'already_gone' })
  status = 401
  await assert.rejects(revokeTokens(upstream, app, values), failsAs('configuration'))
})

test('G3, slack_v2: a bearer call; ok false in a 200 is read', async (t) => {
  let answer: object = { ok: true, revoked: true }
  const { server, app, upstream } = await world(t, (_request, response) => reply(response, 200, answer), {
    method: 'POST',
    ok: { field: 'ok', equals: true },
  })
  const { refreshToken: _none, ...rest } = values
  assert.deepEqual(await revokeTokens(upstream, app, rest), { outcome: 'revoked' })
  assert.equal(server.requests[0]?.headers.authorization, 'Bearer at-1')
  assert.equal(server.requests[0]?.body, '')
  answer = { ok: false, error: 'token_revoked' }
  assert.deepEqual(await revokeTokens(upstream, app, rest), { outcome: 'already_gone' })
  answer = { ok: false, error: 'missing_scope' }
  await assert.rejects(revokeTokens(upstream, app, rest), failsAs('configuration'))
})

test('G3: an expired access token is refreshed for the call, because the grant lives on', async (t) => {
  const { server, app, upstream } = await world(
    t,
    ({ path, headers, form }, response) => {
      if (path === '/token' && form.get('refresh_token') === 'rt-1')
        return reply(response, 200, { access_token: 'at-2', refresh_token: 'rt-2' })
      return reply(response, headers.authorization === 'Bearer at-2' ? 200 : 401, {})
    },
    { method: 'POST' },
  )
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'revoked' })
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ['/revoke', '/token', '/revoke'],
  )
})

test('G3: neither token is good any more: gone', async (t) => {
  const { app, upstream } = await world(
    t,
    ({ path }, response) =>
      path === '/token' ? reply(response, 400, { error: 'invalid_grant' }) : reply(response, 401, {}),
    { method: 'POST' },
  )
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'already_gone' })
})

test('G3: a refresh that finds nobody is not taken for gone', async (t) => {
  const { app, upstream } = await world(
    t,
    ({ path }, response) => reply(response, path === '/token' ? 503 : 401, {}),
    { method: 'POST' },
  )
  await assert.rejects(revokeTokens(upstream, app, values), failsAs('transient'))
})

test('G4, zoho_crm: the token in the query', async (t) => {
  const { server, app, upstream } = await world(
    t,
    (_request, response) => reply(response, 200, { status: 'success' }),
    { method: 'POST', auth: 'none', query: { token: '{{refresh_token ?? access_token}}' } },
  )
  assert.deepEqual(await revokeTokens(upstream, app, values), { outcome: 'revoked' })
  assert.equal(server.requests[0]?.query.get('token'), 'rt-1')
  assert.equal(server.requests[0]?.body, '')
})

test('G0: nothing is sent for an app that offers no revocation', async (t) => {
  const server = await serveLocally(t, (_request, response) => response.end())
  const egress = createEgress({ allow: [server.target] })
  t.after(() => egress.close())
  for (const app of [
    oauthApp(server.origin),
    keyApp(server.origin, { type: 'header', name: 'X-Key', value: 'k' }),
  ])
    assert.deepEqual(await revokeTokens({ egress, clock }, app, values), { outcome: 'not_supported' })
  assert.equal(server.requests.length, 0)
})

test('G2, facebook_pages: the app’s own code for a token that has ended is read', async (t) => {
  const server = await serveLocally(t, (_request, response) =>
    reply(response, 400, { error: { message: 'x', type: 'OAuthException', code: 190 } }),
  )
  const egress = createEgress({ allow: [server.target] })
  t.after(() => egress.close())
  const revocation = { method: 'DELETE', url: `${server.origin}/me/permissions` }
  const named = { error_in_200: { error_field: 'error.code' }, permanent_errors: ['190'] }
  const { refreshToken: _none, ...rest } = values
  assert.deepEqual(
    await revokeTokens(
      { egress, clock },
      oauthApp(server.origin, { revocation, token_response: named }),
      rest,
    ),
    { outcome: 'already_gone' },
  )
  await assert.rejects(
    revokeTokens({ egress, clock }, oauthApp(server.origin, { revocation }), rest),
    failsAs('configuration'),
  )
})
