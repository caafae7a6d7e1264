/** G5: which pages of which origins may use the API from a browser. Not here yet: 110, which needs the proxy. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, assert403, assertNoCors, assertStatus, send, type Sent } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { openWorld, type World } from './harness.ts'
import { rawRequest } from './raw-request.ts'

const APP = 'https://app.test'
const pageOf = (origin: string): Sent => ({ headers: { origin } })
const acao = (answer: Answer) => answer.headers.get('access-control-allow-origin')
const varies = (answer: Answer) =>
  (answer.headers.get('vary') ?? '').split(',').map((name) => name.trim().toLowerCase())

test('G5-99 a preflight on a browser route is answered for any origin, and grants nothing', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const asked = 'authorization, content-type, x-pd-environment, x-pd-proxy-foo, x-fern-language, user-agent'
  const paths = [
    `/v1/connect/${world.p1}/accounts`,
    `/v1/connect/${world.p1}/accounts/${world.accounts.a1}`,
    '/v1/connect/accounts',
    '/v1/connect//accounts',
    '/v1/connect/apps',
    '/v1/apps',
    '/v1/connect//proxy/aHR0cHM6Ly9hLnRlc3Q',
    '/v1/connect/tokens/ctok_0123456789abcdef0123456789abcdef/validate',
  ]
  for (const path of paths) {
    for (const method of ['POST', 'GET', 'DELETE', 'PATCH', 'PUT']) {
      for (const origin of [APP, 'https://other.test']) {
        const headers = {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': asked,
        }
        const answer = await send(world.address, 'OPTIONS', path, { headers })
        assertStatus(answer, 204)
        assert.equal(acao(answer), origin)
        assert.ok(varies(answer).includes('origin'))
        const allowed = (name: string) =>
          (answer.headers.get(name) ?? '').split(',').map((one) => one.trim().toLowerCase())
        assert.ok(allowed('access-control-allow-methods').includes(method.toLowerCase()))
        for (const name of asked.split(', '))
          assert.ok(allowed('access-control-allow-headers').includes(name))
        const maxAge = Number(answer.headers.get('access-control-max-age'))
        assert.ok(maxAge > 0 && maxAge <= 600)
        assert.equal(answer.headers.get('access-control-allow-credentials'), null)
        assert.equal(answer.text, '')
      }
    }
  }
  assertNothingMoved(before, await world.state())
})

test('G5-100 no other route answers a preflight', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const paths = [
    '/v1/oauth/token',
    '/v1/oauth/introspect',
    '/v1/oauth/revoke',
    '/v1/oauth//token',
    '/v1/connect/../oauth/token',
  ]
  paths.push(
    '/v1/users/me',
    '/v1/accounts',
    '/v1/workspaces',
    '/dashboard',
    '/api/session',
    '/connect/keys',
    '/connect/attempts',
  )
  paths.push(
    '/_static/connect.html',
    '/sandbox/settings',
    '/healthz',
    '/metrics',
    '/',
    '/v1/connect',
    '/v1/connectx/accounts',
  )
  for (const path of paths) {
    for (const origin of [APP, new URL(world.server.url).origin]) {
      const lines = [
        `OPTIONS ${path} HTTP/1.1`,
        `Origin: ${origin}`,
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Headers: authorization',
      ]
      const answer = await rawRequest(world.address, { lines })
      assert.ok(answer)
      // A path that climbs out of the API is not the token endpoint either: nothing resolves it.
      if (path.includes('..')) assert.ok([204, 404].includes(answer.status))
      else assertNoCors(answer)
    }
  }
  assertNothingMoved(before, await world.state())
})

test('G5-101 an allowed origin reads the answer', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ allowed_origins: ['https://first.test', APP] })
  const answer = await send(world.address, 'GET', '/v1/connect/accounts', { token, ...pageOf(APP) })
  assertStatus(answer, 200)
  assert.equal(acao(answer), APP)
  assert.ok(varies(answer).includes('origin'))
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Retry-After/i)
  assert.equal(answer.headers.get('access-control-allow-credentials'), null)
})

test('G5-103 an origin that only looks like it is another origin', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ allowed_origins: [APP] })
  const before = await world.state()
  const alike = [
    'https://app.test.evil.test',
    'https://evilapp.test',
    'https://app.test:8443',
    'http://app.test',
    'https://app.test.',
    'https://a@app.test',
    'https://app.test@evil.test',
    'null',
    '',
    'https://app.test%60.evil',
    'https://app.test%2eevil.test',
    'https://xn--pp-7kc.test',
    'https://app.test/',
    'https://app.test/path',
    'https://app.test#',
    'https://app.test?',
    'https://',
    'https://app.test,https://evil.test',
    'https://app.test https://evil.test',
    'https://app.test\\.evil.test',
    'app.test',
    '//app.test',
    'file://',
    'chrome-extension://app.test',
    'https://app.test:',
    'https://sub.app.test',
    'https://app.tes',
    'undefined',
    '*',
  ]
  const list = (origins: string[]) =>
    rawRequest(world.address, {
      lines: [
        'GET /v1/connect/accounts HTTP/1.1',
        `Authorization: Bearer ${token}`,
        ...origins.map((origin) => `Origin: ${origin}`),
      ],
    })
  for (const origin of [...alike, Buffer.from('https://аpp.test').toString('latin1')]) {
    const answer = await list([origin])
    assert.ok(answer)
    // A colon without a port is the default port: the same origin in another spelling.
    if (origin === 'https://app.test:') {
      if (answer.status === 200) assert.equal(acao(answer), APP)
      continue
    }
    assert.equal(answer.status, 403, `${origin}: ${answer.status}`)
    assert403(answer, 'origin_not_allowed')
    assertNoCors(answer)
  }
  for (const twice of [
    [APP, APP],
    [APP, 'https://evil.test'],
    ['https://evil.test', APP],
  ]) {
    const answer = await list(twice)
    assert.ok(answer)
    assertStatus(answer, 400)
    assertNoCors(answer)
  }
  const upper = await list(['https://APP.test'])
  assert.ok(upper)
  assertStatus(upper, 200)
  assert.equal(acao(upper), APP)
  // Refused before any effect.
  for (const [method, path] of [
    ['DELETE', `/v1/connect/accounts/${world.accounts.a1}`],
    ['DELETE', '/v1/connect/apps/acme/accounts'],
    ['DELETE', '/v1/connect/users/u1'],
  ] as const)
    assert403(
      await send(world.address, method, path, { token, ...pageOf('https://evil.test') }),
      'origin_not_allowed',
    )
  assertNothingMoved(before, await world.state())
})

test('G5-104 a token without origins works from our own page only', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  for (const wish of [{}, { allowed_origins: [] }]) {
    const token = await world.connectToken(wish)
    for (const origin of [APP, 'null', world.address, 'https://localhost', `${world.server.url}1`]) {
      const answer = await send(world.address, 'GET', '/v1/connect/accounts', { token, ...pageOf(origin) })
      assert403(answer, 'origin_not_allowed')
      assertNoCors(answer)
    }
    const own = new URL(world.server.url).origin
    const answer = await send(world.address, 'GET', '/v1/connect/accounts', { token, ...pageOf(own) })
    assertStatus(answer, 200)
  }
  const after = await world.state()
  assert.equal(after.get('accounts')?.join(), before.get('accounts')?.join())
})

test('G5-105 without an Origin header nobody asks', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ allowed_origins: [APP] })
  const answer = await send(world.address, 'GET', '/v1/connect/accounts', { token })
  assertStatus(answer, 200)
  assertNoCors(answer)
})

test('G5-106 an access token is never for a browser', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const P = `/v1/connect/${world.p1}`
  for (const origin of [APP, new URL(world.server.url).origin, 'null'])
    for (const path of [
      `${P}/accounts`,
      `${P}/accounts/apn_unknown`,
      `${P}/accounts?limit=0`,
      '/v1/connect/apps',
      `${P}/users`,
    ])
      for (const bearer of [token, `${token}x`, 'garbage'])
        assertNoCors(await send(world.address, 'GET', path, { token: bearer, ...pageOf(origin) }))
  const { id, secret } = world.c1
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret }
  const issued = await send(world.address, 'POST', '/v1/oauth/token', { form, ...pageOf(APP) })
  assertStatus(issued, 200)
  assertNoCors(issued)
})

test('G5-108 no answer for one origin is served to another by a cache', async (t) => {
  const world = await openWorld(t)
  const other = 'https://other.test'
  const token = await world.connectToken({ allowed_origins: [APP, other] })
  const paths = [
    '/v1/connect/accounts',
    `/v1/connect/accounts/${world.accounts.a1}`,
    '/v1/connect/apps',
    '/v1/apps/acme',
  ]
  paths.push(
    '/v1/connect/projects/info',
    '/v1/connect/accounts?limit=0',
    '/v1/connect/accounts/apn_unknown',
    '/v1/connect/nothing',
  )
  paths.push(
    `/v1/connect/tokens/${token}/validate`,
    '/v1/connect/users',
    '/healthz',
    '/.well-known/jwks.json',
    '/_static/apps/acme.svg',
  )
  const cache = testCache(world)
  for (const path of paths) {
    for (const origin of [undefined, APP, other, APP, undefined, other]) {
      const answer = await cache(path, token, origin)
      const readable = acao(answer)
      assert.ok(readable === null || readable === origin, `${path} for ${origin} is readable by ${readable}`)
      if (path.startsWith('/v1/')) assert.ok(varies(answer).includes('origin'), path)
    }
  }
})

/** What a shared cache may do by RFC 9111: keep what does not forbid it, by the headers that the answer names in `Vary`. */
function testCache(world: World) {
  const kept: { path: string; origin: string | undefined; answer: Answer }[] = []
  return async (path: string, token: string, origin: string | undefined): Promise<Answer> => {
    const hit = kept.find(
      (one) => one.path === path && (!varies(one.answer).includes('origin') || one.origin === origin),
    )
    if (hit) return hit.answer
    const answer = await send(world.address, 'GET', path, {
      token,
      ...(origin === undefined ? {} : pageOf(origin)),
    })
    if (!/no-store|private/.test(answer.headers.get('cache-control') ?? ''))
      kept.push({ path, origin, answer })
    return answer
  }
}
