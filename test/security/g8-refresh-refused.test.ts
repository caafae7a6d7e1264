/** G8: what a refusal does to an account, when a token is refreshed, and by whose clock. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { updateOAuthApp } from '../../src/oauth-apps/update-oauth-app.ts'
import { operator } from './harness.ts'
import { accountOf, HOUR, openRefreshWorld } from './refresh-world.ts'

test('G8-152 a true invalid_grant: unhealthy, said why, one call per back-off window, credentials kept', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider } = world
  const id = await world.connect()
  world.clock.advance(HOUR)
  const before = await world.row(id)
  provider.answer = (_request, response) => provider.json(response, 400, { error: 'invalid_grant' })
  for (let i = 0; i < 20; i += 1) {
    const account = accountOf(await world.read(id))
    assert.deepEqual([account.healthy, account.dead, account.credentials], [false, false, undefined])
    assert.match(account.error ?? '', /invalid_grant/)
  }
  assert.equal(provider.requests.length, 1)
  world.clock.advance(75_000)
  await Promise.all(Array.from({ length: 20 }, () => world.read(id)))
  assert.equal(provider.requests.length, 2)
  const after = await world.row(id)
  const kept = ['generation', 'sealed', 'data_key', 'previous_sealed', 'expires_at', 'dead_at'] as const
  for (const column of kept) assert.equal(after[column], before[column], column)
  assert.equal(after.refresh_attempt, null)
})

test('G8-153 dead after three refusals over a day; no more calls; a reconnect revives the same id', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider } = world
  const id = await world.connect()
  const plain = provider.answer
  provider.answer = (_request, response) => provider.json(response, 400, { error: 'invalid_grant' })
  world.clock.advance(HOUR)
  const seen: boolean[] = []
  for (let hours = 0; hours <= 45; hours += 1) {
    seen.push(accountOf(await world.read(id)).dead)
    world.clock.advance(HOUR)
  }
  // Refused from the first hour on, so not dead before the twenty-fifth.
  const death = seen.indexOf(true)
  assert.ok(death >= 24 && death <= 42, `dead after ${death} hours`)
  assert.ok(seen.slice(death).every((dead) => dead))
  const calls = provider.requests.length
  assert.ok(calls >= 3 && calls <= 8, `${calls} calls`)
  world.clock.advance(90 * 24 * HOUR)
  const { credentials, healthy, next_refresh_at: next } = accountOf(await world.read(id))
  assert.deepEqual([credentials, healthy, next], [undefined, false, null])
  assert.equal(provider.requests.length, calls)

  provider.answer = plain
  assert.equal(await world.connect({ accountId: id }), id)
  const revived = accountOf(await world.read(id))
  assert.deepEqual([revived.healthy, revived.dead, revived.error], [true, false, null])
  assert.match(revived.credentials?.oauth_access_token ?? '', /^canary-access-token-/)
  world.clock.advance(HOUR)
  accountOf(await world.read(id))
  assert.equal(provider.refreshes, 1)
})

test('G8-159 refreshed once before the end, and the new end is what the caller gets', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider } = world
  const id = await world.connect()
  world.clock.advance(HOUR - 60_000)
  const first = accountOf(await world.read(id))
  assert.equal(first.expires_at, new Date(world.clock.now() + HOUR).toISOString())
  assert.equal(first.last_refreshed_at, new Date(world.clock.now()).toISOString())
  assert.equal(first.credentials?.oauth_access_token, 'canary-access-token-2')
  for (let i = 0; i < 10; i += 1) accountOf(await world.read(id))
  assert.equal(provider.requests.length, 1)
})

for (const minutes of [-10, 10]) {
  test(`G8-160 a provider whose clock is ${minutes} minutes off: ours counts`, async (t) => {
    const world = await openRefreshWorld(t)
    const { provider, clock } = world
    const id = await world.connect()
    clock.advance(HOUR)
    provider.answer = (request, response) =>
      provider.json(response, 200, provider.rotate(request), {
        date: new Date(clock.now() + minutes * 60_000).toUTCString(),
      })
    const { expires_at: expires } = accountOf(await world.read(id))
    assert.equal(expires, new Date(clock.now() + HOUR).toISOString())
  })
}

test('G8-166 the OAuth app’s secret changes: the next attempt uses it, nobody is dead of invalid_client', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider, app, env } = world
  const id = await world.connect()
  const plain = provider.answer
  const wanted = `Basic ${Buffer.from('strict-client:the-new-secret').toString('base64')}`
  provider.answer = (request, response) =>
    request.headers.authorization === wanted
      ? plain(request, response)
      : provider.json(response, 401, { error: 'invalid_client' })
  world.clock.advance(HOUR)
  for (let days = 0; days < 5; days += 1) {
    const account = accountOf(await world.read(id))
    assert.deepEqual([account.healthy, account.dead], [false, false])
    assert.match(account.error ?? '', /invalid_client/)
    world.clock.advance(30 * HOUR)
  }
  accountOf(await world.read(id))
  await updateOAuthApp(app, env, world.strictOAuthAppId, { client_secret: 'the-new-secret' }, operator)
  // At once, though it would have been tried again only in a day.
  const account = accountOf(await world.read(id))
  assert.deepEqual([account.healthy, account.dead, account.error], [true, false, null])
  assert.equal(provider.refreshes, 1)
  assert.ok(!world.logged().includes('the-new-secret'))
})
