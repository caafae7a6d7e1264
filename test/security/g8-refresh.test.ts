/** G8: one refresh, however many ask, and who wins when something else happens at the same time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../databases.ts'
import { assertStatus, jsonOf, send } from './answers.ts'
import { openWorld, within } from './harness.ts'
import { accountOf, HOUR, openRefreshWorld, type RefreshWorld } from './refresh-world.ts'
import { comeBack, consent, depart } from './sandbox-flow.ts'

const isUnderWay = (world: RefreshWorld, id: string) =>
  within(5_000, async () => (await world.row(id)).refresh_attempt !== null)

for (const { name: database } of testDatabases) {
  test(`G8-144 one process, one refresh, for 500 readers at once and a pool of 5 (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database, env: { HEADGATE_POOL_SIZE: '5' } })
    const { provider } = world
    const id = await world.connect()
    await world.read(id)
    world.clock.advance(HOUR)
    const plain = provider.answer
    provider.answer = async (request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await plain(request, response)
    }
    const answers = await Promise.all(Array.from({ length: 500 }, () => world.read(id)))
    const tokens = new Set(answers.map((answer) => accountOf(answer).credentials?.oauth_access_token))
    assert.equal(tokens.size, 1)
    assert.equal(provider.refreshes, 1)
    assert.equal(provider.requests.length, 1)
    assert.ok(!tokens.has(undefined) && !tokens.has('canary-access-token-1'))
    assert.equal((await world.row(id)).generation, 2)
  })

  test(`G8-144 the same with the sandbox's own provider, which ends a grant whose token comes twice (${database})`, async (t) => {
    const world = await openWorld(t, { database, env: { HEADGATE_POOL_SIZE: '5' } })
    const { app, p1, address } = world
    const departure = await depart(
      world,
      await world.connectToken({ environment: 'development', user: 'u-144' }),
    )
    const back = await consent(world, departure)
    assertStatus(await comeBack(world, departure, Object.fromEntries(back.searchParams)), 303)
    const { id } = await app.db.read
      .selectFrom('accounts')
      .select('id')
      .where('external_id', '=', 'u-144')
      .executeTakeFirstOrThrow()
    await send(address, 'PUT', '/sandbox/settings', { body: { delay_ms: 300 } })
    const stats = async () =>
      jsonOf<{ refreshes: number; refused: number; grants: { revoked: boolean }[] }>(
        await send(address, 'GET', '/sandbox/stats'),
      )
    for (const round of [1, 2, 3]) {
      world.clock.advance(60_000)
      const token = await world.token()
      const path = `/v1/connect/${p1}/accounts/${id}?include_credentials=true`
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => send(address, 'GET', path, { token, environment: 'development' })),
      )
      for (const answer of answers) assertStatus(answer, 200)
      assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
      const { refreshes, refused, grants } = await stats()
      assert.deepEqual([refreshes, refused, grants.map(({ revoked }) => revoked)], [round, 0, [false]])
    }
  })

  test(`G8-145 two processes, five rounds of 200 readers, one refresh each (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database, env: { HEADGATE_POOL_SIZE: '5' } })
    const { provider } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    const plain = provider.answer
    provider.answer = async (request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      await plain(request, response)
    }
    for (let round = 1; round <= 5; round += 1) {
      world.clock.advance(HOUR)
      await Promise.all([world.address, second.address].map((address) => world.token({ address })))
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) => world.read(id, i % 2 ? second.address : world.address)),
      )
      const tokens = new Set(answers.map((answer) => accountOf(answer).credentials?.oauth_access_token))
      assert.equal(tokens.size, 1)
      assert.deepEqual([provider.refreshes, provider.requests.length], [round, round])
    }
    assert.equal((await world.row(id)).generation, 6)
  })
}

test('G8-146 a slow provider: the other process waits for it, longer than any retry of its own', async (t) => {
  const world = await openRefreshWorld(t, { database: 'postgres', env: { HEADGATE_POOL_SIZE: '5' } })
  const { provider } = world
  const second = await world.secondProcess()
  const id = await world.connect()
  world.clock.advance(HOUR)
  const plain = provider.answer
  provider.answer = async (request, response) => {
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    await plain(request, response)
  }
  const first = world.read(id)
  await isUnderWay(world, id)
  const answers = await Promise.all([
    first,
    ...Array.from({ length: 100 }, () => world.read(id, second.address)),
  ])
  for (const answer of answers) accountOf(answer)
  assert.equal(provider.requests.length, 1)
})

for (const { name: database } of testDatabases) {
  test(`G8-162 a reconnect during a refresh wins, and the late answer is dropped (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider } = world
    const id = await world.connect()
    world.clock.advance(HOUR)
    const plain = provider.answer
    let answerNow = () => {}
    provider.answer = (request, response) => void (answerNow = () => void plain(request, response))
    const reading = world.read(id)
    await within(5_000, async () => provider.requests.length === 1)
    assert.equal(await world.connect({ accountId: id }), id)
    const reconnected = await world.row(id)
    answerNow()
    const account = accountOf(await reading)
    await world.app.refreshFlights.landed()
    assert.equal(account.credentials?.oauth_access_token, 'canary-access-token-2')
    const { sealed, generation } = await world.row(id)
    assert.deepEqual([sealed, generation], [reconnected.sealed, 2])
    assert.deepEqual(await world.app.journal.pending(), [])
    // And it is whole: the reconnected grant refreshes.
    world.clock.advance(HOUR)
    provider.answer = plain
    accountOf(await world.read(id))
    assert.equal((await world.row(id)).generation, 3)
  })

  test(`G8-163 a deletion during a refresh: 204, and nothing comes back (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, p1 } = world
    const id = await world.connect()
    world.clock.advance(HOUR)
    const plain = provider.answer
    let answerNow = () => {}
    provider.answer = (request, response) => void (answerNow = () => void plain(request, response))
    const reading = world.read(id)
    await within(5_000, async () => provider.requests.length === 1)
    const token = await world.token()
    const deleted = await send(world.address, 'DELETE', `/v1/connect/${p1}/accounts/${id}`, {
      token,
      environment: 'production',
    })
    assertStatus(deleted, 204)
    const before = await world.state()
    answerNow()
    assertStatus(await reading, 404)
    await world.app.refreshFlights.landed()
    const after = await world.state()
    for (const table of ['accounts', 'credentials', 'counters', 'external_users'])
      assert.deepEqual(after.get(table), before.get(table), table)
    assert.deepEqual(await world.app.journal.pending(), [])
  })
}
