/** The fixtures of the security cases hold what they promise, on both databases. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert401Invalid, assert404Same, assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved, assertOnlyChanged, changesBetween } from './database-state.ts'
import { openWorld, within } from './harness.ts'
import { rawRequest } from './raw-request.ts'

for (const database of ['sqlite', 'postgres'] as const) {
  test(`two processes share one ${database} database, its accounts and its tokens`, async (t) => {
    const world = await openWorld(t, { database })
    const second = await world.secondProcess()
    assert.notEqual(second.address, world.address)
    assert.equal(second.url, world.server.url)
    const before = await world.state()
    const token = await world.token()
    for (const address of [world.address, second.address]) {
      const answer = await send(address, 'GET', `/v1/connect/${world.p1}/accounts`, { token })
      assertStatus(answer, 200)
      const ids = jsonOf<{ data: { id: string }[] }>(answer).data.map(({ id }) => id)
      assert.deepEqual(ids.toSorted(), [world.accounts.a1, world.accounts.a2].toSorted())
      assert.doesNotMatch(answer.text, /canary/)
    }
    assertNothingMoved(before, await world.state())

    const unknown = await send(world.address, 'GET', `/v1/connect/proj_unknown/accounts`, { token })
    assert404Same(await send(world.address, 'GET', `/v1/connect/${world.p3}/accounts`, { token }), unknown)

    await world.connectToken()
    const after = await world.state()
    assertOnlyChanged(before, after, ['connect_tokens'])
    assert.deepEqual(
      changesBetween(before, after).map(({ table, kind }) => [table, kind]),
      [['connect_tokens', 'added']],
    )
    assert.throws(() => assertNothingMoved(before, after))

    await second.app.db.write((tx) => tx.deleteFrom('api_clients').where('id', '=', world.c1.id).execute())
    await within(
      1_000,
      async () => (await send(world.address, 'GET', '/v1/connect/apps', { token })).status === 401,
    )
    assert401Invalid(await send(world.address, 'GET', '/v1/connect/apps', { token }))
  })
}

test('a raw request sends what is written, from where it is told', async (t) => {
  const world = await openWorld(t)
  const answer = await rawRequest(world.address, {
    lines: ['POST /v1/oauth/token HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 2'],
    body: '{}',
    from: '127.0.0.2',
  })
  assert.equal(answer?.status, 400)
  assert.match(world.logged(), /"address":"127\.0\.0\.2"/)
})
