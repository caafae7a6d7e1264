import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { createServer as createTcpServer, type Socket } from 'node:net'
import type { ServerResponse } from 'node:http'
import { ManualClock } from '../platform/clock.ts'
import { createEgress } from './egress.ts'
import { listenLocally, reply, serveLocally, type SeenRequest } from './local-server.ts'
import { refreshToken, type Refresh } from './refresh-token.ts'
import { oauthApp } from './sample-app.ts'
import { TokenRequestFailed } from './token-request-failed.ts'

const clock = new ManualClock('2026-11-22T12:00:00Z')
const now = clock.now()
const refresh: Refresh = {
  customFields: {},
  client: { id: 'id', secret: 's3cret' },
  accessToken: 'old-at',
  refreshToken: 'old-rt',
  scopes: ['granted'],
  timeoutMs: 5000,
}

function upstreamTo(t: TestContext, ...allow: string[]) {
  const lookup = async () => [{ address: '10.0.0.1', family: 4 }]
  const egress = createEgress({ allow, lookup })
  t.after(() => egress.close())
  return { egress, clock }
}

async function serverFor(t: TestContext, answer: (request: SeenRequest, response: ServerResponse) => void) {
  const server = await serveLocally(t, answer)
  return { server, upstream: upstreamTo(t, server.target) }
}

const failsAs =
  (kind: string, more: object = {}) =>
  (error: unknown) => {
    assert.ok(error instanceof TokenRequestFailed, String(error))
    const { code, retryAfterSeconds } = error
    assert.deepEqual(
      { kind: error.kind, ...more },
      { kind, ...('code' in more && { code }), ...('retryAfterSeconds' in more && { retryAfterSeconds }) },
    )
    const shown = JSON.stringify([error, error.message, error.details, error.detail]) + String(error.stack)
    assert.doesNotMatch(shown, /old-rt|old-at|s3cret|new-at/)
    return true
  }

test('Google: no new refresh token, the old one stays; scopes stay as granted', async (t) => {
  const { server, upstream } = await serverFor(t, ({ form }, response) =>
    form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === 'old-rt'
      ? reply(response, 200, { access_token: 'new-at', expires_in: 3599, token_type: 'Bearer' })
      : reply(response, 400, { error: 'invalid_request' }),
  )
  const tokens = await refreshToken(upstream, oauthApp(server.origin), refresh)
  assert.deepEqual(
    [tokens.accessToken, tokens.refreshToken, tokens.expiresAt],
    ['new-at', 'old-rt', now + 3_599_000],
  )
  assert.deepEqual(tokens.grantedScopes, ['granted'])
  assert.deepEqual([...server.requests[0]!.form.keys()].toSorted(), [
    'client_id',
    'client_secret',
    'grant_type',
    'refresh_token',
  ])
})

test('F1 a rotating server’s new refresh token replaces the old one', async (t) => {
  const { server, upstream } = await serverFor(t, (_request, response) =>
    reply(response, 200, {
      access_token: 'new-at',
      refresh_token: 'new-rt',
      expires_in: '7200',
      scope: 'less',
    }),
  )
  const tokens = await refreshToken(upstream, oauthApp(server.origin), refresh)
  assert.deepEqual([tokens.refreshToken, tokens.grantedScopes], ['new-rt', ['less']])
})

test('Slack: the refresh answer is flat where the code answer is nested', async (t) => {
  const { server, upstream } = await serverFor(t, (_request, response) =>
    reply(response, 200, {
      ok: true,
      access_token: 'xoxe.xoxp-new',
      refresh_token: 'xoxe-2',
      expires_in: 43200,
      token_type: 'user',
    }),
  )
  const nested = { access_token: 'authed_user.access_token', refresh_token: 'authed_user.refresh_token' }
  const app = oauthApp(server.origin, {
    token_response: nested,
    refresh_response: { error_in_200: { ok_field: 'ok', error_field: 'error' } },
  })
  const tokens = await refreshToken(upstream, app, refresh)
  assert.deepEqual([tokens.accessToken, tokens.refreshToken], ['xoxe.xoxp-new', 'xoxe-2'])
})

test('F3 F5 another refresh URL, extra and left-out parameters', async (t) => {
  const { server, upstream } = await serverFor(t, (_request, response) =>
    reply(response, 200, { access_token: 'new-at' }),
  )
  const app = oauthApp(server.origin, {
    refresh_url: `${server.origin}/refresh`,
    refresh_params: { scope: '{{scopes}}' },
    token_params: { not: 'here' },
    omit_params: ['token.grant_type', 'refresh.grant_type'],
  })
  await refreshToken(upstream, app, refresh)
  const { path, form } = server.requests[0]!
  assert.equal(path, '/refresh')
  assert.deepEqual([form.get('scope'), form.get('not'), form.get('grant_type')], ['granted', null, null])
})

test('F4 Instagram: the access token refreshes itself by GET', async (t) => {
  const { server, upstream } = await serverFor(t, ({ method, query }, response) =>
    method === 'GET' &&
    query.get('grant_type') === 'ig_refresh_token' &&
    query.get('access_token') === 'old-at'
      ? reply(response, 200, { access_token: 'new-at', token_type: 'bearer', expires_in: 5_183_944 })
      : reply(response, 400, { error: { message: 'x', type: 'OAuthException', code: 190 } }),
  )
  const query = { grant_type: 'ig_refresh_token', access_token: '{{access_token}}' }
  const app = oauthApp(server.origin, {
    refresh_request: { method: 'GET', url: `${server.origin}/refresh_access_token`, query, auth: 'none' },
  })
  const { refreshToken: _, ...withoutRefreshToken } = refresh
  const tokens = await refreshToken(upstream, app, withoutRefreshToken)
  assert.equal(tokens.accessToken, 'new-at')
  assert.ok(!('refreshToken' in tokens))
  assert.equal(server.requests[0]!.headers.authorization, undefined)
})

test('G8-152 to 155 refusals and outages are told apart', async (t) => {
  let answer: (response: ServerResponse) => void = () => {}
  const { server, upstream } = await serverFor(t, (_request, response) => answer(response))
  const cases: [(response: ServerResponse) => void, string, object?][] = [
    [(r) => reply(r, 400, { error: 'invalid_grant', error_description: 'old-rt was revoked' }), 'permanent'],
    [(r) => reply(r, 200, { error: 'invalid_grant' }), 'permanent'],
    [(r) => reply(r, 401, { error: 'invalid_client' }), 'configuration'],
    [(r) => reply(r, 500, 'old-rt'), 'transient', { retryAfterSeconds: undefined }],
    [(r) => reply(r, 502, '<html>'), 'transient'],
    [(r) => reply(r, 429, '', { 'retry-after': '120' }), 'transient', { retryAfterSeconds: 120 }],
    [
      (r) => reply(r, 503, '', { 'retry-after': 'Sun, 22 Nov 2026 12:01:30 GMT' }),
      'transient',
      { retryAfterSeconds: 90 },
    ],
    [
      (r) => reply(r, 503, '', { 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' }),
      'transient',
      { retryAfterSeconds: 0 },
    ],
    [(r) => reply(r, 503, '', { 'retry-after': 'soon' }), 'transient', { retryAfterSeconds: undefined }],
  ]
  for (const [next, kind, more] of cases) {
    answer = next
    await assert.rejects(refreshToken(upstream, oauthApp(server.origin), refresh), failsAs(kind, more))
  }
  assert.equal(server.requests.length, cases.length, 'none was repeated')
})

test('G8-156 G8-157 after sending, silence and rubbish leave the outcome unknown', async (t) => {
  const cases: [string, (socket: Socket) => void, string?][] = [
    ['silence', () => {}, 'upstream_timeout'],
    [
      'a stalled answer',
      (s) => s.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"access_token":"new-at'),
      'upstream_timeout',
    ],
    [
      'a cut answer',
      (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"access_token":"new-at'),
      'upstream_unreachable',
    ],
    [
      'cut JSON',
      (s) => s.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"access_token":"new-at'),
      'upstream_outcome_unknown',
    ],
    [
      'a page',
      (s) => s.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>new-at</html>'),
      'upstream_outcome_unknown',
    ],
    ['a closed connection', (s) => s.destroy(), 'upstream_unreachable'],
    ['no HTTP', (s) => s.end('new-at\r\n\r\n'), 'upstream_unreachable'],
    [
      'too much',
      (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n{"access_token":"new-at'),
      'upstream_too_large',
    ],
  ]
  for (const [name, answer, code] of cases)
    await t.test(name, async (t) => {
      let requests = 0
      const tcp = createTcpServer((socket) => {
        socket.on('error', () => {})
        socket.once('data', () => {
          requests += 1
          answer(socket)
        })
      })
      const server = await listenLocally(t, tcp)
      const failing = refreshToken(upstreamTo(t, server.target), oauthApp(server.origin), {
        ...refresh,
        timeoutMs: 300,
      })
      await assert.rejects(failing, failsAs('unknown', { code }))
      assert.equal(requests, 1)
    })
})

test('before sending, nothing can have happened: refused connections and look-ups are transient', async (t) => {
  const gone = createTcpServer()
  const { target, origin } = await listenLocally(t, gone)
  await new Promise((resolve) => gone.close(resolve))
  await assert.rejects(
    refreshToken(upstreamTo(t, target), oauthApp(origin), refresh),
    failsAs('transient', { code: 'upstream_unreachable' }),
  )
})

test('G7-136 a token endpoint that resolves to a private address is refused without a connection', async (t) => {
  const app = oauthApp('https://idp.example')
  await assert.rejects(
    refreshToken(upstreamTo(t), app, refresh),
    failsAs('configuration', { code: 'egress_blocked' }),
  )
})

test('G7-135 token endpoint redirects are not followed', async (t) => {
  const evil = await serveLocally(t, (_request, response) => reply(response, 200, { access_token: 'new-at' }))
  for (const status of [301, 302, 303, 307, 308]) {
    const server = await serveLocally(t, (_request, response) =>
      reply(response, status, '', { location: evil.origin }),
    )
    const upstream = upstreamTo(t, server.target, evil.target)
    await assert.rejects(
      refreshToken(upstream, oauthApp(server.origin), refresh),
      failsAs('configuration', { code: 'upstream_redirect' }),
    )
  }
  assert.equal(evil.connections(), 0)
})

test('G8-160 the upstream’s own clock does not count', async (t) => {
  const { server, upstream } = await serverFor(t, (_request, response) =>
    reply(
      response,
      200,
      { access_token: 'new-at', expires_in: 60 },
      { date: 'Sun, 22 Nov 2026 12:10:00 GMT' },
    ),
  )
  assert.equal((await refreshToken(upstream, oauthApp(server.origin), refresh)).expiresAt, now + 60_000)
})
