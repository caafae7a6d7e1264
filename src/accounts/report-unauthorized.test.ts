/** A 401 that a caller reports. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { assertStatus, jsonOf, send } from '../../test/security/answers.ts'
import { HOUR, openRefreshWorld, type RefreshWorld } from '../../test/security/refresh-world.ts'
import { digestHex } from '../platform/crypto/secrets.ts'
import { refreshAfterUnauthorized } from './report-unauthorized.ts'
import { findAccountWithCredentials } from './store.ts'

const report = async (world: RefreshWorld, id: string, token?: string, scope = 'connect:accounts:write') =>
  send(world.address, 'POST', `/v1/connect/${world.p1}/accounts/${id}/report_unauthorized`, {
    token: await world.token({ scope }),
    environment: 'production',
    body: token === undefined ? {} : { access_token_sha256: digestHex(token) },
  })

for (const { name: database } of testDatabases) {
  test(`G8-164: 200 callers that met a 401 at once: one forced refresh, and all get its token (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, app, env } = world
    const id = await world.connect()
    world.clock.advance(1000)
    const row = (await findAccountWithCredentials(app.db.read, env, id))!
    const all = await Promise.all(
      Array.from({ length: 200 }, () => refreshAfterUnauthorized(app, env, row, 'canary-access-token-1')),
    )
    for (const { credentialsText } of all) assert.match(credentialsText!, /canary-access-token-2/)
    assert.equal(provider.requests.length, 1)
    // A token that is as fresh as this one is refused for another reason: its 401 is the answer.
    const again = await refreshAfterUnauthorized(app, env, all[0]!.account, 'canary-access-token-2')
    assert.match(again.credentialsText!, /canary-access-token-2/)
    assert.equal(provider.requests.length, 1)
  })
}

test('a report renews the token; a late one of the token before changes nothing; again at once is too soon', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const { provider, clock } = world
  const id = await world.connect()
  clock.advance(60_000)
  const answer = await report(world, id, 'canary-access-token-1')
  assertStatus(answer, 200)
  assert.ok(!answer.text.includes('canary'))
  assert.equal(
    jsonOf<{ last_refreshed_at: string }>(answer).last_refreshed_at,
    new Date(clock.now()).toISOString(),
  )
  assertStatus(await report(world, id, 'canary-access-token-1'), 200)
  const soon = await report(world, id, 'canary-access-token-2')
  assertStatus(soon, 429)
  assert.equal(soon.headers.get('retry-after'), '60')
  assert.equal(provider.requests.length, 1)
  clock.advance(60_000)
  assertStatus(await report(world, id, 'canary-access-token-2'), 200)
  assert.equal(provider.requests.length, 2)
})

test('who may not write, does not know the token or the account, changes nothing', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const id = await world.connect()
  const before = await world.row(id)
  assertStatus(await report(world, id, 'canary-access-token-1', 'connect:accounts:read'), 403)
  assertStatus(await report(world, id), 400)
  assertStatus(await report(world, 'apn_unknown', 'canary-access-token-1'), 404)
  assertStatus(await report(world, world.accounts.a9, 'canary-access-token-1'), 404)
  assertStatus(await report(world, id, 'something-else'), 200)
  assert.deepEqual(await world.row(id), before)
  assert.equal(world.provider.requests.length, 0)
})

test('while the provider is out, a token known to be refused is not served', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const id = await world.connect()
  world.provider.answer = (_request, response) => world.provider.json(response, 500, {})
  assertStatus(await report(world, id, 'canary-access-token-1'), 503)
  assertStatus(await world.read(id), 503)
  assert.equal(world.provider.requests.length, 1)
})

test('F9: a life that no answer names is learned from the 401, and the next token is renewed before it', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const { provider, clock } = world
  provider.answer = (request, response) => {
    const { expires_in: _unsaid, ...tokens } = provider.rotate(request)!
    provider.json(response, 200, tokens)
  }
  const id = await world.connect({ seconds: null })
  // Ended by somebody after five minutes: that is no life.
  clock.advance(5 * 60_000)
  assertStatus(await report(world, id, 'canary-access-token-1'), 200)
  assert.equal((await world.row(id)).expires_at, null)
  clock.advance(2 * HOUR)
  assertStatus(await report(world, id, 'canary-access-token-2'), 200)
  const row = await world.row(id)
  assert.equal(row.expires_at, clock.now() + 2 * HOUR)
  assert.equal(row.next_refresh_at, clock.now() + 2 * HOUR - 5 * 60_000)
})
