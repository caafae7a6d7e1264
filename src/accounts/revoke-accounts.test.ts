/** Revoke everything: who loses their credentials, what comes back by nothing, and what is told. Both databases. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import type { RevokeAccountsAnswer, RevokeAccountsBody } from '../revocations/contract.ts'
import { openBatch } from '../revocations/revocation-batch.ts'
import { saveAccount } from './save-account.ts'
import { ensureExternalUser } from '../external-users/ensure-external-user.ts'
import { testDatabases } from '../../test/databases.ts'
import { type Answer, assertStatus, jsonOf, send } from '../../test/security/answers.ts'
import { assertNothingMoved } from '../../test/security/database-state.ts'
import { openWorld, operator, within, type World } from '../../test/security/harness.ts'
import { openRefreshWorld } from '../../test/security/refresh-world.ts'
import { continueRevokingAccounts, revokeNext } from './revoke-accounts.ts'

const revoke = async (world: World, body: RevokeAccountsBody, environment = 'production'): Promise<Answer> =>
  send(world.address, 'POST', `/v1/connect/${world.p1}/revocations`, {
    token: await world.token(),
    environment,
    body,
  })
const answered = (answer: Answer) => {
  assertStatus(answer, 200)
  return jsonOf<RevokeAccountsAnswer>(answer)
}
const accountsOf = (world: World) => world.app.db.read.selectFrom('accounts').selectAll().execute()

for (const { name: database } of testDatabases) {
  test(`everything of a project and environment is revoked: dead under its id, credentials gone, told (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const { app, accounts } = world
    app.revocationsDue.listen(() => {})
    const before = await app.db.read.selectFrom('credentials').selectAll().execute()
    const answer = answered(await revoke(world, { all: true }))
    assert.deepEqual(
      [answer.complete, answer.accounts, answer.counts],
      [true, 2, { pending: 1, not_supported: 1 }],
    )
    assert.deepEqual(
      answer.revocations.map(({ account_id }) => account_id).toSorted(),
      [accounts.a1, accounts.a2].toSorted(),
    )
    assert.deepEqual(
      answer.cannot_be_revoked.map(({ app: slug, accounts: count, status }) => [slug, count, status]),
      [['acme_keys', 1, 'not_supported']],
    )
    const rows = await accountsOf(world)
    assert.equal(rows.length, 4, 'nobody was deleted')
    for (const row of rows) {
      const revoked = row.id === accounts.a1 || row.id === accounts.a2
      assert.equal(row.dead_at !== null, revoked)
      assert.equal(row.error?.startsWith('revoked: ') ?? false, revoked)
      const old = before.find(({ account_id }) => account_id === row.id)!
      const now = await app.db.read
        .selectFrom('credentials')
        .selectAll()
        .where('account_id', '=', row.id)
        .executeTakeFirstOrThrow()
      assert.equal(now.generation, old.generation + (revoked ? 1 : 0))
      assert.equal(now.data_key === old.data_key, !revoked)
      if (revoked) assert.equal(now.previous_sealed, null)
    }
    const events = await app.db.read
      .selectFrom('events')
      .selectAll()
      .where('type', '=', 'account.dead')
      .execute()
    assert.deepEqual(new Set(events.map(({ account_id }) => account_id)), new Set([accounts.a1, accounts.a2]))
    assert.equal(events.length, 2)
    assert.match(events[0]!.data, /"reason":"revoked: /)
    const read = await send(
      world.address,
      'GET',
      `/v1/connect/${world.p1}/accounts/${accounts.a1}?include_credentials=true`,
      {
        token: await world.token(),
      },
    )
    assert.doesNotMatch(read.text, /canary/)
    assert.equal(jsonOf(read)['dead'], true)
    // A repeat, as the SDKs send them, finds nothing left.
    assert.equal(answered(await revoke(world, { all: true })).accounts, 0)
    assert.equal((await app.db.read.selectFrom('revocations').selectAll().execute()).length, 2)
  })

  test(`a refresh under way brings nothing back, and what it brought is revoked too (${database})`, async (t) => {
    for (const act of ['revoke', 'G8-163 delete'] as const) {
      const world = await openRefreshWorld(t, { database })
      const { app, provider } = world
      app.revocationsDue.listen(() => {})
      const id = await world.connect({ seconds: 60 })
      world.clock.advance(120_000)
      let release = () => {}
      const held = new Promise<void>((resolve) => (release = resolve))
      const { answer } = provider
      provider.answer = async (request, response) => {
        await held
        await answer(request, response)
      }
      const reading = world.read(id)
      await within(5_000, async () => provider.requests.length === 1)
      const path = `/v1/connect/${world.p1}`
      const sent = { token: await world.token(), environment: 'production' }
      assertStatus(
        act === 'revoke'
          ? await send(world.address, 'POST', `${path}/revocations`, { ...sent, body: { all: true } })
          : await send(world.address, 'DELETE', `${path}/accounts/${id}`, sent),
        act === 'revoke' ? 200 : 204,
      )
      release()
      const late = await reading
      assert.doesNotMatch(late.text, /canary/)
      const receipts = () =>
        app.db.read.selectFrom('revocations').selectAll().where('account_id', '=', id).execute()
      await within(5_000, async () => (await receipts()).length === 2)
      const left = await app.db.read.selectFrom('accounts').selectAll().where('id', '=', id).execute()
      assert.equal(left.length, act === 'revoke' ? 1 : 0)
      if (left[0]) {
        assert.match(left[0].error ?? '', /^revoked: /)
        assert.equal((await world.row(id)).kind, 'static')
        // Connecting again brings it to life under its id.
        await world.connect({ accountId: id })
        assert.match((await world.read(id)).text, /canary-access/)
      }
    }
  })

  test(`a batch that was cut short is finished by whoever comes next, each account once (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const { app, p1, w1 } = world
    app.revocationsDue.listen(() => {})
    const env = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'production' })
    await app.db.write(async (tx) => {
      for (let n = 0; n < 250; n += 1) {
        const { id } = await ensureExternalUser(tx, env, `many-${n % 7}`, app.clock.now())
        await saveAccount(tx, app, env, {
          externalUser: { id, externalId: `many-${n % 7}` },
          appSlug: 'acme_keys',
          oauthAppId: null,
          name: null,
          credentials: {
            kind: 'keys',
            values: { api_key: 'acme_x' },
            expiresAt: null,
            authorizedScopes: null,
          },
        })
      }
    })
    const batch = await openBatch(
      app,
      env,
      { filters: { appSlug: 'acme_keys' }, accountsAre: 'kept' },
      operator,
    )
    const first = await revokeNext(app, batch)
    assert.equal(first?.accounts, 100)
    // Two at once from the same place: one of them does it.
    const both = await Promise.all([revokeNext(app, first), revokeNext(app, first)])
    assert.deepEqual(new Set(both.map((one) => one?.accounts)), new Set([200, undefined]))
    await continueRevokingAccounts(app, () => false)
    const receipts = await app.db.read.selectFrom('revocations').selectAll().execute()
    assert.equal(receipts.length, 251)
    assert.equal(new Set(receipts.map(({ account_id }) => account_id)).size, 251)
    const rows = await app.db.read.selectFrom('revocation_batches').selectAll().execute()
    assert.deepEqual(
      rows.map(({ accounts, finished_at }) => [accounts, finished_at]),
      [[251, app.clock.now()]],
    )
  })
}

test('each filter chooses, and they narrow each other; another environment and project stay as they are', async (t) => {
  const world = await openWorld(t)
  const { app, accounts, clock } = world
  app.revocationsDue.listen(() => {})
  const dry = async (body: RevokeAccountsBody) =>
    answered(await revoke(world, { ...body, dry_run: true })).accounts
  const before = await world.state()
  const connected = (await accountsOf(world)).find(({ id }) => id === accounts.a1)!.created_at
  const iso = (ms: number) => new Date(ms).toISOString()
  assert.equal(await dry({ all: true }), 2)
  assert.equal(await dry({ app: 'acme' }), 1)
  assert.equal(await dry({ external_user_id: 'u2' }), 1)
  assert.equal(await dry({ external_user_id: 'u2', app: 'acme' }), 0)
  assert.equal(await dry({ oauth_app_id: world.oauthAppId }), 1)
  assert.equal(await dry({ connected_after: iso(connected) }), 2)
  assert.equal(await dry({ connected_after: iso(connected + 60_000) }), 0)
  assert.equal(await dry({ connected_before: iso(connected) }), 0)
  assert.equal(await dry({ connected_before: iso(clock.now() + 1) }), 2)
  assertNothingMoved(before, await world.state())
  const answer = answered(await revoke(world, { app: 'acme', delete_accounts: true }))
  assert.deepEqual([answer.accounts, answer.counts], [1, { pending: 1 }])
  assert.deepEqual(
    (await accountsOf(world)).map(({ id }) => id).toSorted(),
    [accounts.a1d, accounts.a2, accounts.a9].toSorted(),
  )
})

test('a request that chooses nothing, misspells a filter, or is not allowed, changes nothing', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const bodies: unknown[] = [
    {},
    { all: false },
    { dry_run: true },
    { apps: 'acme', all: true },
    { app: '', all: true },
    { connected_after: 'yesterday' },
    { external_user_id: 'a\u0000b' },
  ]
  for (const body of bodies) assertStatus(await revoke(world, body as RevokeAccountsBody), 400)
  assertStatus(await revoke(world, { external_user_id: 'nobody' }), 404)
  for (const [body, code] of [
    [{ app: 'acme_kes' }, 'unknown_app'],
    [{ app: 'acme', oauth_app_id: 'oa_nowhere' }, 'unknown_oauth_app'],
  ] as const) {
    const refused = await revoke(world, body)
    assertStatus(refused, 400)
    assert.equal(jsonOf<{ code: string }>(refused).code, code, 'to revoke nothing does not look like success')
  }
  const path = `/v1/connect/${world.p1}/revocations`
  const body = { all: true }
  assertStatus(await send(world.address, 'POST', path, { token: await world.connectToken(), body }), 403)
  const narrow = await world.token({ scope: 'connect:accounts:read' })
  assertStatus(await send(world.address, 'POST', path, { token: narrow, body }), 403)
  const foreign = await world.token({ client: world.c9 })
  assertStatus(await send(world.address, 'POST', path, { token: foreign, body }), 404)
  const after = await world.state()
  assert.deepEqual(after.get('accounts'), before.get('accounts'))
  assert.deepEqual(after.get('credentials'), before.get('credentials'))
  assert.deepEqual(after.get('revocations'), [])
  assert.deepEqual(after.get('revocation_batches'), [])
})

test('a batch that cannot go on holds up no other, of whichever tenant', async (t) => {
  const world = await openWorld(t, { database: 'memory' })
  const { app, p1, w1, accounts } = world
  app.revocationsDue.listen(() => {})
  const begin = (environment: 'production' | 'development') => {
    const env = projectEnvironmentOfRow(w1, { project_id: p1, environment })
    return openBatch(app, env, { filters: {}, accountsAre: 'kept' }, operator)
  }
  await app.db.write((tx) =>
    tx
      .updateTable('credentials')
      .set({ data_key: 'k1.another-key.nonce.body' })
      .where('account_id', '=', accounts.a1)
      .execute(),
  )
  const stuck = await begin('production')
  world.clock.advance(1)
  const behind = await begin('development')
  await continueRevokingAccounts(app, () => false)
  const batches = await app.db.read.selectFrom('revocation_batches').select(['id', 'finished_at']).execute()
  assert.deepEqual(
    new Map(batches.map(({ id, finished_at }) => [id, finished_at !== null])),
    new Map([
      [stuck.id, false],
      [behind.id, true],
    ]),
  )
  const told = world.logged().match(/revoking many accounts failed/g)
  assert.equal(told?.length, 1)
})

test('a batch goes on while a provider keeps single revocations waiting', async (t) => {
  const world = await openWorld(t, { database: 'memory' })
  const { app, p1, w1, accounts, address } = world
  const { promise: stuck, reject: release } = Promise.withResolvers<never>()
  let calls = 0
  app.egress = { ...app.egress, request: () => ((calls += 1), stuck) }
  const sent = { token: await world.token(), environment: 'production' as const }
  assertStatus(await send(address, 'DELETE', `/v1/connect/${p1}/accounts/${accounts.a1}`, sent), 204)
  await within(5_000, async () => calls === 1)
  const env = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'production' })
  const batch = await openBatch(app, env, { filters: {}, accountsAre: 'kept' }, operator)
  app.revocationsDue.now()
  const isFinished = async () => {
    const { finished_at } = await app.db.read
      .selectFrom('revocation_batches')
      .select('finished_at')
      .where('id', '=', batch.id)
      .executeTakeFirstOrThrow()
    return finished_at !== null
  }
  await within(2_000, isFinished).finally(() => release(new Error('over')))
})
