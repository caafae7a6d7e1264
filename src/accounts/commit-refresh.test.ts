/** What a crash left in the journal, at the next start. */
import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { assertStatus, send } from '../../test/security/answers.ts'
import { accountOf, HOUR, openRefreshWorld } from '../../test/security/refresh-world.ts'

/** A process that got the provider's answer and died before the database had it: all that is left is the journal. */
async function crashed(t: TestContext, database: 'sqlite' | 'postgres') {
  const world = await openRefreshWorld(t, { database })
  const { provider, app, clock } = world
  const id = await world.connect()
  clock.advance(HOUR)
  const { db } = app
  const plain = provider.answer
  provider.answer = async (request, response) => {
    app.db = { ...db, write: () => Promise.reject(new Error('killed')) }
    await plain(request, response)
  }
  assertStatus(await world.read(id), 500)
  app.db = db
  provider.answer = plain
  const folder = join(world.dataDir, 'journal')
  assert.deepEqual(await readdir(folder), [`${id}.1.json`])
  assert.equal((await world.row(id)).generation, 1)
  return { ...world, id, folder, provider }
}

for (const { name: database } of testDatabases) {
  test(`a start brings it in: the provider is not asked again (${database})`, async (t) => {
    const world = await crashed(t, database)
    const { id, provider } = world
    const next = await world.secondProcess()
    const row = await world.row(id)
    assert.deepEqual([row.generation, row.refresh_attempt, row.outcome_unknown_at], [2, null, null])
    const answer = await world.read(id, next.address)
    assert.equal(accountOf(answer).credentials?.oauth_access_token, 'canary-access-token-2')
    assert.equal(provider.requests.length, 1)
    assert.deepEqual(await readdir(world.folder), [])
    // And the chain of refresh tokens goes on.
    world.clock.advance(HOUR)
    assertStatus(await world.read(id, next.address), 200)
    assert.deepEqual([provider.refreshes, provider.replays], [2, 0])
  })

  test(`the process that could not commit, and lives on, commits it at the next refresh (${database})`, async (t) => {
    const world = await crashed(t, database)
    const { id, provider } = world
    assert.equal(accountOf(await world.read(id)).credentials?.oauth_access_token, 'canary-access-token-2')
    const row = await world.row(id)
    assert.deepEqual([row.generation, row.refresh_attempt, row.outcome_unknown_at], [2, null, null])
    assert.equal(provider.requests.length, 1)
    assert.deepEqual(await readdir(world.folder), [])
  })

  test(`an entry that comes too late is dropped: the account was reconnected (${database})`, async (t) => {
    const world = await crashed(t, database)
    const { id } = world
    await world.connect({ accountId: id })
    const before = await world.row(id)
    await world.secondProcess()
    assert.deepEqual(await world.row(id), before)
    assert.deepEqual(await readdir(world.folder), [])
  })

  test(`an entry of an account that was deleted brings nothing back (${database})`, async (t) => {
    const world = await crashed(t, database)
    const token = await world.token()
    const path = `/v1/connect/${world.p1}/accounts/${world.id}`
    assertStatus(await send(world.address, 'DELETE', path, { token, environment: 'production' }), 204)
    const before = await world.state()
    await world.secondProcess()
    const after = await world.state()
    for (const table of ['accounts', 'credentials']) assert.deepEqual(after.get(table), before.get(table))
    assert.deepEqual(await readdir(world.folder), [])
  })
}

test('an entry that was altered does not replace credentials that open, and is left for somebody to look at', async (t) => {
  const world = await crashed(t, 'sqlite')
  const path = join(world.folder, `${world.id}.1.json`)
  const entry = JSON.parse(await readFile(path, 'utf8')) as { sealed: string }
  const flipped = entry.sealed.endsWith('A') ? 'Q' : 'A'
  await writeFile(path, JSON.stringify({ ...entry, sealed: entry.sealed.slice(0, -1) + flipped }))
  const before = await world.row(world.id)
  await world.secondProcess()
  assert.deepEqual(await world.row(world.id), before)
  assert.deepEqual(await readdir(world.folder), [`${world.id}.1.json`])
  assert.match(world.logged(), /an entry of the journal does not open/)
})
