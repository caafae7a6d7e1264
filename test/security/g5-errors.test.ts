/** G5: errors can be read by the pages that may use the token, and nothing ever allows credentials mode. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { App } from '../../src/app.ts'
import { createServer } from '../../src/http/server.ts'
import { TooManyRequests, Unavailable, UpstreamTimedOut } from '../../src/platform/errors.ts'
import { type Answer, assertNoCors, assertStatus, send } from './answers.ts'
import { openWorld } from './harness.ts'
import { rawRequest } from './raw-request.ts'

const APP = 'https://app.test'
const origin = { origin: APP }

function assertReadable(answer: Answer, status: number): void {
  assertStatus(answer, status)
  assert.equal(answer.headers.get('access-control-allow-origin'), APP, answer.text)
  assert.match(answer.headers.get('vary') ?? '', /origin/i)
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Retry-After/i)
  assert.equal(typeof (JSON.parse(answer.text) as { error: unknown }).error, 'string')
}

test('G5-107 errors are readable to allowed origins', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ allowed_origins: [APP] })
  const narrow = await world.connectToken({ allowed_origins: [APP], scope: 'connect:proxy' })
  const ask = (path: string, bearer = token, method = 'GET') =>
    send(world.address, method, `/v1/connect/${path}`, { token: bearer, headers: origin })
  assertReadable(await ask('accounts?limit=0'), 400)
  assertReadable(await ask('accounts', narrow), 403)
  assertReadable(await ask('users'), 403)
  assertReadable(await ask('accounts?external_user_id=u2'), 403)
  assertReadable(await ask('accounts/apn_unknown'), 404)
  assertReadable(await ask(`${world.p2}/accounts`), 404)
  assertReadable(await ask('accounts', 'ctok_0123456789abcdef0123456789abcdef'), 401)
  const big = { token, headers: { ...origin, 'content-type': 'application/json' }, body: 'x'.repeat(300_000) }
  assertReadable(await send(world.address, 'POST', '/v1/connect/accounts', big), 413)
  const text = { token, headers: { ...origin, 'content-type': 'text/plain' }, body: 'x' }
  assertReadable(await send(world.address, 'POST', '/v1/connect/accounts', text), 415)

  // What no client can bring about: the catalogue, which the apps routes read, fails in each of these ways.
  const { catalog } = world.app
  const { current } = catalog
  const failures: [number, Error][] = [
    [429, new TooManyRequests({ 'retry-after': '7' })],
    [500, new TypeError('a mistake of ours')],
    [503, new Unavailable('The storage is out', 3)],
    [504, new UpstreamTimedOut('The provider did not answer in time')],
  ]
  for (const [status, error] of failures) {
    catalog.current = { find: () => fail(error) } as unknown as App['catalog']['current']
    const answer = await ask('apps/acme')
    assertReadable(answer, status)
    if (status === 429 || status === 503) assert.match(answer.headers.get('retry-after') ?? '', /^[37]$/)
  }
  catalog.current = current

  // The storage is out before the token could be looked up: whose origins they are cannot be known, and the answer reveals nothing.
  const db = world.app.db as { read: App['db']['read'] }
  const { read } = db
  const outage = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  db.read = { selectFrom: () => fail(outage) } as unknown as App['db']['read']
  const out = await ask('accounts')
  db.read = read
  assertReadable(out, 503)
  assert.match(out.headers.get('retry-after') ?? '', /^\d+$/)

  world.clock.advance(14_400_000)
  assertReadable(await ask('accounts'), 401)
})

test('G5-107 and to no other origin', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ allowed_origins: [APP] })
  for (const path of ['accounts?limit=0', 'accounts/apn_unknown', 'users', `${world.p2}/accounts`])
    assertNoCors(
      await send(world.address, 'GET', `/v1/connect/${path}`, {
        token,
        headers: { origin: 'https://evil.test' },
      }),
    )
})

test('G5-109 credentials mode is never allowed', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ allowed_origins: [APP] })
  const oauth = await world.token()
  const routes: [string, string][] = []
  const http = await createServer(world.app, {
    prepare: async (server) => {
      server.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) routes.push([one, url])
      })
    },
  })
  await http.close()
  assert.ok(routes.length > 30)
  for (const [method, url] of routes) {
    const path = url.replace(':project_id', world.p1).replace(/:\w+/g, 'x')
    for (const bearer of [token, oauth, 'garbage']) {
      for (const verb of [method, 'OPTIONS']) {
        const lines = [
          `${verb} ${path} HTTP/1.1`,
          `Authorization: Bearer ${bearer}`,
          `Origin: ${APP}`,
          'Cookie: session=1',
          'Access-Control-Request-Method: POST',
          'Access-Control-Request-Headers: cookie',
          'Content-Length: 0',
        ]
        const answer = await rawRequest(world.address, { lines })
        assert.ok(answer, `${verb} ${path}`)
        assert.equal(answer.headers.get('access-control-allow-credentials'), null, `${verb} ${path}`)
        assert.notEqual(answer.headers.get('access-control-allow-origin'), '*')
      }
    }
  }
})

function fail(error: Error): never {
  throw error
}
