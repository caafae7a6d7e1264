/** One refresh of one account, step by step: reserve, call, seal, journal, commit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { assertStatus } from '../../test/security/answers.ts'
import { accountOf, HOUR, openRefreshWorld, type RefreshWorld } from '../../test/security/refresh-world.ts'
import { oauthApp } from '../upstream/sample-app.ts'
import { openCredentialsText } from './credentials-seal.ts'
import { refreshAccount } from './refresh-account.ts'
import { findAccountWithCredentials } from './store.ts'

const busy = () => Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })

for (const { name: database } of testDatabases) {
  test(`the reservation is durable before the provider is called, and gone after (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, app, clock } = world
    const id = await world.connect()
    clock.advance(HOUR)
    const plain = provider.answer
    let seen: Awaited<ReturnType<RefreshWorld['row']>> | undefined
    provider.answer = async (request, response) => {
      seen = await world.row(id)
      await plain(request, response)
    }
    accountOf(await world.read(id))
    assert.match(seen?.refresh_attempt ?? '', /^[0-9a-f]{24}$/)
    assert.deepEqual(
      [seen?.refresh_holder, seen?.refresh_lease_until, seen?.outcome_unknown_at],
      [app.processes.bootId, clock.now() + 600_000, null],
    )
    const { refresh_attempt, refresh_holder, refresh_lease_until } = await world.row(id)
    assert.deepEqual([refresh_attempt, refresh_holder, refresh_lease_until], [null, null, null])
  })
  test(`who looked before a failure was noted does not call again (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, clock, app, env } = world
    const id = await world.connect()
    clock.advance(HOUR)
    provider.answer = (_request, response) => provider.json(response, 500, {})
    const stale = await findAccountWithCredentials(app.db.read, env, id)
    assertStatus(await world.read(id), 503)
    assert.equal(await refreshAccount(app, env, stale!), false)
    assert.equal(provider.requests.length, 1)
    assert.equal((await world.row(id)).refresh_attempt, null)
  })
}

test('D7, H13: a refresh replaces what is kept of the answer, but by nothing that has not its form', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider, clock, app, env } = world
  const { current } = app.catalog
  const strict = oauthApp(
    provider.origin,
    { client_auth: 'basic', token_response: { store: { site: 'site', plan: 'plan' } } },
    { custom_fields: [{ name: 'site', source: 'token_response', pattern: '[a-z]+\\.good\\.test' }] },
  )
  const find = current.find.bind(current)
  current.find = (name) =>
    name === 'strict_idp' ? { ...find(name)!, ...strict, name_slug: name } : find(name)
  const id = await world.connect()
  for (const [site, kept] of [
    ['first.good.test', 'first.good.test'],
    ['evil.test', 'first.good.test'],
    ['second.good.test', 'second.good.test'],
  ] as const) {
    clock.advance(HOUR)
    provider.answer = (request, response) =>
      provider.json(response, 200, { ...provider.rotate(request), site, plan: site })
    accountOf(await world.read(id))
    const row = await findAccountWithCredentials(app.db.read, env, id)
    const values = JSON.parse(openCredentialsText(app.vault, env, row!)) as Record<string, string>
    assert.deepEqual([values['site'], values['plan']], [kept, site])
  }
})

test('G8-148, G8-149: no refresh starts when its reservation cannot be stored', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider, app, clock } = world
  const id = await world.connect()
  clock.advance(HOUR)
  await world.read(await world.connect({ user: 'warm' }))
  const { db } = app
  app.db = { ...db, write: () => Promise.reject(busy()) }
  const answer = await world.read(id)
  assertStatus(answer, 503)
  assert.ok(Number(answer.headers.get('retry-after')) > 0)
  assert.equal(provider.requests.length, 0)
  app.db = db
  accountOf(await world.read(id))
  assert.equal(provider.requests.length, 1)
})

test('the answer is in the journal before the database is asked, sealed, and gone once it is committed', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider, app, clock, env } = world
  const id = await world.connect()
  clock.advance(HOUR)
  const { db } = app
  const plain = provider.answer
  const pending: unknown[] = []
  provider.answer = async (request, response) => {
    app.db = {
      ...db,
      async write(work) {
        pending.push(await app.journal.pending())
        return db.write(work)
      },
    }
    await plain(request, response)
  }
  accountOf(await world.read(id))
  const [[entry]] = pending as [[{ accountId: string; generation: number; sealed: string }]]
  assert.deepEqual([entry.accountId, entry.generation], [id, 1])
  assert.ok(!JSON.stringify(pending).includes('canary'))
  const row = await world.row(id)
  assert.equal(row.sealed, entry.sealed)
  const opened = openCredentialsText(app.vault, env, { ...row, sealed: entry.sealed, generation: 2 })
  assert.match(opened, /canary-refresh-token-2/)
  assert.deepEqual(await app.journal.pending(), [])
})

test('G8-148: an outage at the commit keeps the answer, however long it takes', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider, app, clock } = world
  const id = await world.connect()
  clock.advance(HOUR)
  const { db } = app
  const plain = provider.answer
  let refused = 0
  provider.answer = async (request, response) => {
    app.db = {
      ...db,
      write: (work) => {
        if (refused === 2) return db.write(work)
        refused += 1
        return Promise.reject(busy())
      },
    }
    await plain(request, response)
  }
  assert.equal(accountOf(await world.read(id)).credentials?.oauth_access_token, 'canary-access-token-2')
  assert.equal(refused, 2)
  assert.deepEqual([provider.requests.length, (await app.journal.pending()).length], [1, 0])
})

test('G8-149: a journal that takes nothing, its disk being full, does not cost the answer either', async (t) => {
  const world = await openRefreshWorld(t)
  const { app, clock, provider } = world
  const id = await world.connect()
  clock.advance(HOUR)
  const full = () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
  app.journal = { ...app.journal, append: full, remove: full }
  assert.equal(accountOf(await world.read(id)).credentials?.oauth_access_token, 'canary-access-token-2')
  assert.equal(provider.requests.length, 1)
  assert.match(world.logged(), /the journal does not take refreshed credentials/)
  assert.ok(!world.logged().includes('canary'))
})

test('the credentials before are kept for a day, and open', async (t) => {
  const world = await openRefreshWorld(t)
  const { app, env, clock } = world
  const id = await world.connect()
  clock.advance(HOUR)
  accountOf(await world.read(id))
  const row = await world.row(id)
  assert.equal(row.previous_kept_until, clock.now() + 24 * HOUR)
  const previous = { ...row, sealed: row.previous_sealed!, generation: 1 }
  assert.match(openCredentialsText(app.vault, env, previous), /canary-refresh-token-1/)
})

test('credentials that do not open are not sent anywhere, and not overwritten', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider, clock } = world
  const [id, other] = [await world.connect(), await world.connect({ user: 'other' })]
  const { sealed } = await world.row(other)
  await world.change(id, { sealed })
  clock.advance(HOUR)
  assertStatus(await world.read(id), 503)
  assert.equal(provider.requests.length, 0)
  const row = await world.row(id)
  assert.deepEqual([row.sealed, row.generation, row.unhealthy_at], [sealed, 1, null])
})
