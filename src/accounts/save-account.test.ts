/** Connecting, and connecting again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { accountOf, openRefreshWorld } from '../../test/security/refresh-world.ts'

for (const { name: database } of testDatabases) {
  test(`a reconnect keeps the id and forgets every failure (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const id = await world.connect()
    await world.change(id, {
      failures: 4,
      failure_kind: 'permanent',
      first_failed_at: 1,
      retry_at: world.clock.now() + 1e9,
      outcome_unknown_at: 1,
      previous_sealed: 'd1.old.text',
      previous_kept_until: 1,
      refresh_attempt: 'x',
    })
    const before = await world.row(id)
    assert.equal(await world.connect({ accountId: id }), id)
    const after = await world.row(id)
    assert.deepEqual(
      [after.generation, after.failures, after.failure_kind, after.first_failed_at, after.retry_at],
      [2, 0, null, null, null],
    )
    assert.deepEqual(
      [after.outcome_unknown_at, after.previous_sealed, after.refresh_attempt, after.data_key],
      [null, null, null, before.data_key],
    )
    assert.notEqual(after.sealed, before.sealed)
  })

  test(`many reconnects at once all succeed, one after the other (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const id = await world.connect()
    await Promise.all(Array.from({ length: 10 }, () => world.connect({ accountId: id })))
    assert.equal((await world.row(id)).generation, 11)
    const answer = await world.read(id)
    assert.ok(accountOf(answer).credentials)
  })

  test(`another user's account is unknown, and untouched (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const id = await world.connect()
    const before = await world.row(id)
    await assert.rejects(world.connect({ user: 'somebody-else', accountId: id }), { status: 404 })
    await assert.rejects(world.connect({ accountId: world.accounts.a1 }), { status: 404 })
    await assert.rejects(world.connect({ accountId: 'apn_unknown' }), { status: 404 })
    assert.deepEqual(await world.row(id), before)
  })
}
