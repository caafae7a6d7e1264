/** Whose a refresh is: of the dead, the frozen and the thawed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { testDatabases } from '../../test/databases.ts'
import { within } from '../../test/security/harness.ts'
import { accountOf, HOUR, openRefreshWorld, type RefreshWorld } from '../../test/security/refresh-world.ts'
import { ManualClock } from '../platform/clock.ts'
import { LeaseWatch } from './lease-watch.ts'
import { refreshAccount } from './refresh-account.ts'
import { findAccountWithCredentials } from './store.ts'

const MINUTE = 60_000

/** The provider answers when and as it is told, one call after the other. */
function holdAnswers({ provider }: RefreshWorld) {
  const plain = provider.answer
  const held: { rotate(): void; refuse(): void }[] = []
  provider.answer = (request, response) =>
    void held.push({
      rotate: () => void plain(request, response),
      refuse: () => provider.json(response, 400, { error: 'invalid_grant' }),
    })
  return held
}

for (const { name: database } of testDatabases) {
  test(`G8-147: a reservation that a dead process left is taken over at once, and its outcome is unknown (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, clock } = world
    const id = await world.connect()
    clock.advance(HOUR)
    await world.change(id, {
      refresh_attempt: 'theirs',
      refresh_holder: 'nobody/999999999/gone',
      refresh_lease_until: clock.now() + 10 * MINUTE,
    })
    const plain = provider.answer
    let unknownSince: number | null | undefined
    provider.answer = async (request, response) => {
      unknownSince = (await world.row(id)).outcome_unknown_at
      await plain(request, response)
    }
    const started = performance.now()
    assert.equal(accountOf(await world.read(id)).healthy, true)
    assert.ok(performance.now() - started < 5_000)
    assert.equal(unknownSince, clock.now())
    assert.deepEqual([provider.requests.length, (await world.row(id)).outcome_unknown_at], [1, null])
  })

  test(`G8-147: refused after such a crash: reconnect, but nobody is said to have revoked (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database, replays: 'allowed' })
    const { provider, clock } = world
    const id = await world.connect()
    clock.advance(HOUR)
    // The dead process got as far as the provider.
    provider.rotate({ form: new URLSearchParams({ refresh_token: 'canary-refresh-token-1' }), headers: {} })
    const before = await world.row(id)
    await world.change(id, {
      refresh_attempt: 'theirs',
      refresh_holder: 'nobody/999999999/gone',
      refresh_lease_until: clock.now() + 10 * MINUTE,
    })
    const account = accountOf(await world.read(id))
    assert.deepEqual([account.healthy, account.dead, account.credentials], [false, false, undefined])
    assert.match(account.error ?? '', /^refresh_outcome_unknown/)
    assert.equal((await world.row(id)).sealed, before.sealed)
    accountOf(await world.read(id))
    assert.equal(provider.requests.length, 1)
  })

  test(`a holder that lives is waited for, and what is still valid is served meanwhile (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, clock } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    const theirs = { refresh_attempt: 'theirs', refresh_holder: second.app.processes.bootId }
    await world.change(id, { ...theirs, refresh_lease_until: clock.now() + 2 * HOUR })
    clock.advance(HOUR - MINUTE)
    assert.equal(accountOf(await world.read(id)).credentials?.oauth_access_token, 'canary-access-token-1')
    clock.advance(MINUTE)
    let answered = false
    const reading = world.read(id).finally(() => (answered = true))
    await delay(600)
    assert.deepEqual([answered, provider.requests.length], [false, 0])
    assert.equal((await world.row(id)).refresh_attempt, 'theirs')
    // It gives up without having called.
    await world.change(id, { refresh_attempt: null, refresh_holder: null, refresh_lease_until: null })
    accountOf(await reading)
    assert.equal(provider.requests.length, 1)
  })

  test(`G8-147: a holder that dies while it is waited for is taken over (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, clock } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    clock.advance(HOUR)
    await world.change(id, {
      refresh_attempt: 'theirs',
      refresh_holder: second.app.processes.bootId,
      refresh_lease_until: clock.now() + 10 * MINUTE,
    })
    const reading = world.read(id)
    await delay(300)
    assert.equal(provider.requests.length, 0)
    await second.close()
    accountOf(await reading)
    assert.equal(provider.requests.length, 1)
  })

  test(`G8-151: a frozen holder is waited for until its lease has ended and is not renewed (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, clock } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    clock.advance(HOUR)
    await world.change(id, {
      refresh_attempt: 'theirs',
      refresh_holder: second.app.processes.bootId,
      refresh_lease_until: clock.now() + 10 * MINUTE,
    })
    const row = await findAccountWithCredentials(world.app.db.read, world.env, id)
    assert.equal(await refreshAccount(world.app, world.env, row!), false)
    let now = 0
    world.app.leases = new LeaseWatch(() => now)
    clock.advance(10 * MINUTE - 1)
    assert.equal(await refreshAccount(world.app, world.env, row!), false)
    now = HOUR
    clock.advance(1)
    // Over by our clock: whoever lives would renew it.
    assert.equal(await refreshAccount(world.app, world.env, row!), false)
    assert.equal(provider.requests.length, 0)
    now += MINUTE
    assert.equal(await refreshAccount(world.app, world.env, row!), true)
    assert.equal(provider.refreshes, 1)
  })

  test(`G8-151: the failure of a thawed process neither spoils nor frees the refresh of who took over (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { clock } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    clock.advance(HOUR)
    const held = holdAnswers(world)
    const frozen = world.read(id)
    await within(5_000, async () => held.length === 1)
    second.app.leases = new LeaseWatch(() => performance.now() * 1000)
    clock.advance(11 * MINUTE)
    const taker = world.read(id, second.address)
    await within(5_000, async () => held.length === 2)
    const { refresh_attempt: attempt } = await world.row(id)
    held[0]!.refuse()
    await delay(500)
    const during = await world.row(id)
    assert.deepEqual([during.refresh_attempt, during.failures, during.unhealthy_at], [attempt, 0, null])
    held[1]!.rotate()
    assert.equal(accountOf(await taker).healthy, true)
    assert.equal(accountOf(await frozen).healthy, true)
    const after = await world.row(id)
    assert.deepEqual([after.generation, after.failures, after.refresh_attempt], [2, 0, null])
  })

  test(`G8-161: a process whose clock is an hour ahead does not take over what another has in hand (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { clock, env } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    clock.advance(HOUR)
    second.app.clock = new ManualClock(clock.now() + HOUR)
    const held = holdAnswers(world)
    const reading = world.read(id)
    await within(5_000, async () => held.length === 1)
    const row = await findAccountWithCredentials(second.app.db.read, env, id)
    assert.equal(await refreshAccount(second.app, env, row!), false)
    assert.equal(held.length, 1)
    held[0]!.rotate()
    assert.equal(accountOf(await reading).healthy, true)
  })

  test(`G8-151: the answer of a thawed process heals the account, also without the reservation (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { clock } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    clock.advance(HOUR)
    const held = holdAnswers(world)
    const reading = world.read(id)
    await within(5_000, async () => held.length === 1)
    await world.change(id, { refresh_attempt: 'theirs', refresh_holder: second.app.processes.bootId })
    held[0]!.rotate()
    assert.equal(accountOf(await reading).credentials?.oauth_access_token, 'canary-access-token-2')
    const after = await world.row(id)
    assert.deepEqual([after.generation, after.refresh_attempt], [2, null])
  })
}
