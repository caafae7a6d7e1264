/** Refreshing ahead of need. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { within } from '../../test/security/harness.ts'
import { accountOf, HOUR, openRefreshWorld, type RefreshWorld } from '../../test/security/refresh-world.ts'
import type { App } from '../app.ts'
import { LeaseWatch } from './lease-watch.ts'
import { RefreshLoop } from './refresh-loop.ts'

const MINUTE = 60_000
/** A plain run takes a few; the whole case is 10000, and some minutes. */
const ACCOUNTS = Number(process.env['HEADGATE_TEST_ACCOUNTS'] ?? 200)

/** Rounds until `holds`, as the real loop makes them. */
async function roundsUntil(loops: RefreshLoop[], holds: () => Promise<boolean>, milliseconds = 30_000) {
  await within(milliseconds, async () => {
    for (const loop of loops) await loop.round()
    return holds()
  })
}

const waitingFor = async ({ app }: RefreshWorld, generation: number) => {
  const row = await app.db.read
    .selectFrom('credentials')
    .innerJoin('accounts', 'accounts.id', 'credentials.account_id')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('app_slug', '=', 'strict_idp')
    .where('generation', '<', generation)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

for (const { name: database } of testDatabases) {
  test(`G8-165: accounts that expire in one minute, two processes: each refreshed once, within the rate (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, clock, app } = world
    const second = await world.secondProcess()
    for (let i = 0; i < ACCOUNTS; i += 1)
      await world.connect({ user: `u${i % 50}`, seconds: 3600 + (i % 60) })
    const apps: App[] = [app, second.app]
    for (const one of apps) one.config.refreshLoop = { on: true, concurrency: 16, ratePerSecond: 50 }
    const loops = apps.map((one) => new RefreshLoop(one))
    // Longer before their end than any reader would refresh them.
    for (const loop of loops) await loop.round()
    assert.equal(provider.requests.length, 0)
    clock.advance(HOUR - 5 * MINUTE)
    const starts: number[] = []
    const plain = provider.answer
    provider.answer = (request, response) => {
      starts.push(performance.now())
      return plain(request, response)
    }
    await roundsUntil(loops, async () => (await waitingFor(world, 2)) === 0, 300_000)
    for (const loop of loops) {
      await loop.round()
      await loop.stop()
    }
    assert.deepEqual([provider.requests.length, provider.refreshes], [ACCOUNTS, ACCOUNTS])
    for (let i = 0; i + 150 < starts.length; i += 1)
      assert.ok(
        starts[i + 150]! - starts[i]! > 800,
        'two processes, 50 a second each, and half a second at once',
      )
  })

  test(`G8-150 two processes at one account: the refusal of a token that another has replaced is not believed (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, clock, app } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    clock.advance(HOUR)
    const plain = provider.answer
    let refuse = () => {}
    provider.answer = (request, response) => {
      if (provider.requests.length > 1) return plain(request, response)
      refuse = () => provider.json(response, 400, { error: 'invalid_grant' })
      return undefined
    }
    const first = new RefreshLoop(app)
    await first.round()
    await within(5_000, async () => provider.requests.length === 1)
    // The first is frozen over its call until its lease has ended; the second takes over and succeeds.
    clock.advance(11 * MINUTE)
    second.app.leases = new LeaseWatch(() => performance.now() * 1000)
    const other = new RefreshLoop(second.app)
    await roundsUntil([other], async () => (await world.row(id)).generation === 2)
    refuse()
    await first.stop()
    await other.stop()
    const row = await world.row(id)
    assert.deepEqual([row.unhealthy_at, row.failures, row.generation], [null, 0, 2])
    assert.equal(accountOf(await world.read(id)).healthy, true)
  })
}

/** One look of a fresh loop, and everything it starts. */
async function refreshDue(world: RefreshWorld): Promise<number> {
  const before = world.provider.requests.length
  const loop = new RefreshLoop(world.app)
  await loop.round()
  await world.app.refreshFlights.landed()
  await loop.stop()
  return world.provider.requests.length - before
}

const plenty = { on: true, concurrency: 200, ratePerSecond: 1000 }

test('readers do not wait where the loop runs: it is ahead of them by a part of the life, spread', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const { provider, clock, app } = world
  app.config.refreshLoop = plenty
  for (let i = 0; i < 30; i += 1) await world.connect({ user: `u${i}` })
  await world.connect({ user: 'endless', seconds: null })
  clock.advance(49 * MINUTE)
  assert.equal(await refreshDue(world), 0)
  clock.advance(3 * MINUTE)
  const spread = await refreshDue(world)
  assert.ok(spread > 0 && spread < 30, `${spread} at minute 52`)
  // Readers would refresh from minute 55 on. What never says when it ends is left alone.
  clock.advance(2 * MINUTE)
  assert.equal(spread + (await refreshDue(world)), 30)
  assert.equal(provider.refreshes, 30)
})

test('F6: an unused token with an idle limit is used in time, and its end moves on', async (t) => {
  const world = await openRefreshWorld(t, {
    database: 'memory',
    lifecycle: { refresh_idle_ttl_s: 60 * 24 * 3600 },
  })
  const { clock } = world
  const id = await world.connect({ seconds: null })
  assert.equal((await world.row(id)).refresh_expires_at, clock.now() + 60 * 24 * HOUR)
  clock.advance(29 * 24 * HOUR)
  assert.equal(await refreshDue(world), 0)
  clock.advance(25 * HOUR)
  assert.equal(await refreshDue(world), 1)
  assert.equal((await world.row(id)).refresh_expires_at, clock.now() + 60 * 24 * HOUR)
})

test('F6: a token younger than its provider wants is left alone, also by a reader', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory', lifecycle: { min_age_s: 24 * 3600 } })
  const { clock } = world
  const id = await world.connect({ seconds: 25 * 3600 })
  clock.advance(24 * HOUR - 1)
  await world.read(id)
  assert.equal(await refreshDue(world), 0)
  clock.advance(HOUR)
  assert.equal(await refreshDue(world), 1)
})

test('a token that is over as soon as it is there is not refreshed again and again while nobody reads it', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const { clock, provider } = world
  await world.connect()
  provider.answer = (request, response) =>
    provider.json(response, 200, { ...provider.rotate(request), expires_in: 0 })
  clock.advance(HOUR)
  for (let second = 0; second < 59; second += 1) {
    await refreshDue(world)
    clock.advance(1000)
  }
  assert.equal(provider.refreshes, 1)
})

test('an outage: a few accounts find it out, then one asks per step, readers keep what is valid, all are refreshed after it', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const { provider, clock, app } = world
  app.config.refreshLoop = { ...plenty, concurrency: 10 }
  const ids: string[] = []
  for (let i = 0; i < 60; i += 1) ids.push(await world.connect({ user: `u${i}` }))
  const plain = provider.answer
  provider.answer = (_request, response) => provider.json(response, 503, {})
  clock.advance(55 * MINUTE)
  const loop = new RefreshLoop(app)
  await loop.round()
  await app.refreshFlights.landed()
  await loop.stop()
  assert.equal(app.outages.isOut('strict_idp'), true)
  const found = provider.requests.length
  assert.ok(found >= 5 && found <= 15, `${found} calls`)
  const unasked: string[] = []
  for (const id of ids) if ((await world.row(id)).failures === 0) unasked.push(id)
  const read = accountOf(await world.read(unasked[0]!))
  assert.match(read.credentials!.oauth_access_token, /^canary-access-token/)
  for (let second = 0; second < 60; second += 1) {
    clock.advance(1000)
    await refreshDue(world)
  }
  const probes = provider.requests.length - found
  assert.ok(probes >= 4 && probes <= 7, `${probes} probes in a minute`)
  provider.answer = plain
  app.config.refreshLoop = plenty
  for (let i = 0; i < 5; i += 1) {
    clock.advance(90_000)
    await refreshDue(world)
  }
  assert.equal(app.outages.isOut('strict_idp'), false)
  assert.equal(provider.refreshes, 60)
  assert.equal(world.logged().match(/a provider is out/g)?.length, 1)
  assert.equal(world.logged().match(/a provider answers again/g)?.length, 1)
})

test('a database that is down is no end of the loop, and nobody is asked meanwhile', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const { provider, clock, app } = world
  await world.connect()
  clock.advance(HOUR)
  const { db } = app
  app.db = { ...db, write: () => Promise.reject(new Error('down')) }
  assert.equal(await refreshDue(world), 0)
  app.db = db
  assert.equal(await refreshDue(world), 1)
  assert.equal(provider.refreshes, 1)
})

test('an app with more to refresh than its pace allows does not make the others wait', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const { app, clock } = world
  app.config.refreshLoop = { on: true, concurrency: 4, ratePerSecond: 1 }
  for (let i = 0; i < 210; i += 1) await world.connect({ user: `u${i % 5}` })
  const other = await world.connect({ seconds: 3660 })
  await app.db.write((tx) =>
    tx.updateTable('accounts').set({ app_slug: 'acme' }).where('id', '=', other).execute(),
  )
  clock.advance(2 * HOUR)
  const loop = new RefreshLoop(app)
  await loop.round()
  await app.refreshFlights.landed()
  await loop.stop()
  assert.equal((await world.row(other)).failures, 1, 'tried at once; its client is not of that app')
})

test('a look that takes long is made less often', async (t) => {
  const world = await openRefreshWorld(t, { database: 'memory' })
  const { app } = world
  let now = 0
  let looks = 0
  const read = app.db.read.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      looks += 1
      now += 300
      return result
    },
  })
  const loop = new RefreshLoop({ ...app, db: { ...app.db, read } }, () => now)
  for (const [second, seen] of [
    [0, 1],
    [5, 1],
    [6, 2],
    [11, 2],
    [12, 3],
  ] as const) {
    now = second * 1000
    await loop.round()
    assert.equal(looks, seen, `after ${second} seconds`)
  }
  await loop.stop()
})

test('a server that is stopping begins no refresh, while it still answers what is under way', async (t) => {
  const env = {
    HEADGATE_REFRESH_LOOP: 'on',
    HEADGATE_REFRESH_RATE: '20',
    HEADGATE_REFRESH_CONCURRENCY: '4',
  }
  const world = await openRefreshWorld(t, { env })
  const { app, clock, provider } = world
  app.config.refreshLoop.concurrency = 0 // The other server's work is what is looked at.
  const other = await world.secondProcess()
  const read = await world.connect({ seconds: 60 })
  for (let i = 0; i < 40; i += 1) await world.connect({ user: `u${i}` })
  const plain = provider.answer
  let release = () => {}
  provider.answer = (request, response) => {
    if (request.form.get('refresh_token') !== 'canary-refresh-token-1') return plain(request, response)
    release = () => void plain(request, response)
    return undefined
  }
  clock.advance(60_000)
  const reading = world.read(read, other.address)
  await within(5_000, async () => provider.requests.length === 1)
  clock.advance(HOUR)
  await within(10_000, async () => provider.requests.length > 2)
  const closing = other.close()
  // What had been begun may still arrive.
  const begun = provider.requests.length + 4
  await assert.rejects(within(1_500, async () => provider.requests.length > begun))
  release()
  accountOf(await reading)
  await closing
})
