/** Keys tried out, ends warned of, and what developers are told. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { assertStatus, jsonOf, send } from '../../test/security/answers.ts'
import { openWorld, within, type WorldOptions } from '../../test/security/harness.ts'
import { eventsOf, typesOf } from '../../test/events-of.ts'
import { accountOf, HOUR, openRefreshWorld } from '../../test/security/refresh-world.ts'
import { sql } from 'kysely'
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { ensureExternalUser } from '../external-users/ensure-external-user.ts'
import { checkDueAccounts } from './check-accounts.ts'
import { saveAccount } from './save-account.ts'

const DAY = 24 * HOUR

async function saveKeys(tx: Tx, app: App, tenant: ProjectEnvironment, accountId: string | null = null) {
  const user = await ensureExternalUser(tx, tenant, 'u7', app.clock.now())
  return saveAccount(tx, app, tenant, {
    accountId,
    externalUser: { id: user.id, externalId: 'u7' },
    appSlug: 'tested_keys',
    oauthAppId: null,
    name: null,
    credentials: { kind: 'keys', values: { api_key: 'canary-key' }, expiresAt: null, authorizedScopes: null },
  })
}

/** An app of keys, whose test request is answered with `status`; and one account of it. */
async function openKeysWorld(t: TestContext, options: WorldOptions) {
  const provider = { status: 200, requests: [] as (string | undefined)[], answers: Promise.resolve() }
  const server = createServer((request, response) => {
    provider.requests.push(request.headers.authorization)
    void provider.answers.then(() => response.writeHead(provider.status).end('{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const catalogDir = await mkdtemp(join(tmpdir(), 'headgate-catalog-'))
  t.after(() => rm(catalogDir, { recursive: true, force: true }))
  const definition = {
    schema_version: 1,
    name: 'Tested keys',
    auth_type: 'keys',
    sandbox: true,
    custom_fields: [{ name: 'api_key', type: 'password' }],
    test_request: { method: 'GET', url: `${origin}/me` },
    proxy: {
      base_url: origin,
      allowed_domains: [new URL(origin).host],
      auth: { type: 'header', name: 'Authorization', value: '{{custom_fields.api_key}}' },
    },
  }
  await writeFile(join(catalogDir, 'tested_keys.yaml'), JSON.stringify(definition))
  const env = { HEADGATE_CATALOG_DIR: catalogDir, HEADGATE_EGRESS_ALLOW: new URL(origin).host }
  const world = await openWorld(t, { ...options, env })
  const { app, w1, p1 } = world
  const tenant = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'production' })
  const id = await app.db.write((tx) => saveKeys(tx, app, tenant))
  const read = async () =>
    jsonOf<{ healthy: boolean; dead: boolean; error: string | null; credentials?: object }>(
      await send(world.address, 'GET', `/v1/connect/${p1}/accounts/${id}?include_credentials=true`, {
        token: await world.token(),
        environment: 'production',
      }),
    )
  return { ...world, provider, id, tenant, read }
}

for (const { name: database } of testDatabases) {
  test(`keys are tried out about once a day; refused for an hour they are unhealthy, never dead; then recovered (${database})`, async (t) => {
    const world = await openKeysWorld(t, { database })
    const { app, clock, provider, id } = world
    assert.equal(await checkDueAccounts(app, 50), 0)
    clock.advance(1.1 * DAY)
    await checkDueAccounts(app, 50)
    assert.deepEqual(provider.requests, ['canary-key'])
    provider.status = 401
    clock.advance(1.1 * DAY)
    await checkDueAccounts(app, 50)
    assert.equal((await world.read()).healthy, true)
    clock.advance(HOUR)
    const second = await world.secondProcess()
    // Whoever of two processes comes first: one trial.
    await Promise.all([checkDueAccounts(app, 50), checkDueAccounts(second.app, 50)])
    assert.equal(provider.requests.length, 3)
    const unhealthy = await world.read()
    assert.deepEqual([unhealthy.healthy, unhealthy.dead], [false, false])
    assert.match(unhealthy.error ?? '', /^credentials_refused/)
    provider.status = 503
    clock.advance(DAY)
    await checkDueAccounts(app, 50)
    assert.equal((await world.read()).healthy, false)
    provider.status = 200
    clock.advance(HOUR)
    await checkDueAccounts(app, 50)
    assert.deepEqual([(await world.read()).healthy, (await world.read()).error], [true, null])
    assert.deepEqual(await typesOf(world, id), [
      'account.connected',
      'account.unhealthy',
      'account.recovered',
    ])
    assert.ok(!JSON.stringify(await eventsOf(world, id)).includes('canary'))
  })
}

test('a reported 401 tries keys out at once, and not again within a minute', async (t) => {
  const world = await openKeysWorld(t, { database: 'memory' })
  const { address, provider, id, p1, clock } = world
  const report = async () =>
    send(address, 'POST', `/v1/connect/${p1}/accounts/${id}/report_unauthorized`, {
      token: await world.token(),
      environment: 'production',
      body: {},
    })
  assertStatus(await report(), 200)
  assertStatus(await report(), 429)
  assert.equal(provider.requests.length, 1)
  clock.advance(60_000)
  assertStatus(await report(), 200)
  assert.equal(provider.requests.length, 2)
})

test('401s that are reported while keys are being tried out share that trial', async (t) => {
  const world = await openKeysWorld(t, { database: 'memory' })
  const { address, provider, id, p1, clock } = world
  const { promise, resolve: answer } = Promise.withResolvers<void>()
  provider.answers = promise
  const token = await world.token()
  const report = () =>
    send(address, 'POST', `/v1/connect/${p1}/accounts/${id}/report_unauthorized`, {
      token,
      environment: 'production',
      body: {},
    })
  const reports = [report()]
  await within(5_000, async () => provider.requests.length === 1)
  for (let i = 0; i < 5; i += 1) {
    clock.advance(1)
    reports.push(report())
  }
  await assert.rejects(within(500, async () => provider.requests.length > 1))
  answer()
  for (const one of await Promise.all(reports)) assertStatus(one, 200)
  assert.equal(provider.requests.length, 1)
})

test('keys that are replaced while the old ones are refused are not judged by that', async (t) => {
  const world = await openKeysWorld(t, { database: 'postgres' })
  const { app, clock, provider, id, tenant } = world
  provider.status = 401
  clock.advance(1.1 * DAY)
  await checkDueAccounts(app, 50)
  clock.advance(HOUR)
  const refusal = Promise.withResolvers<void>()
  provider.answers = refusal.promise
  const checking = checkDueAccounts(app, 50)
  await within(5_000, async () => provider.requests.length === 2)
  const commit = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const reconnecting = app.db.write(async (tx) => {
    await saveKeys(tx, app, tenant, id)
    written.resolve()
    await commit.promise
  })
  await written.promise
  refusal.resolve()
  const locks = sql<object>`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  await within(5_000, async () => (await locks.execute(app.db.read)).rows.length === 1)
  commit.resolve()
  await Promise.all([reconnecting, checking])
  assert.deepEqual([(await world.read()).healthy, (await world.read()).error], [true, null])
  assert.deepEqual(await typesOf(world, id), ['account.connected', 'account.reconnected'])
})

for (const { name: database } of testDatabases) {
  test(`G8-152, G8-153: unhealthy, warned of, recovered, unhealthy again, dead: each told once, with its reason (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database, replays: 'allowed' })
    const { app, clock, provider } = world
    const id = await world.connect()
    const plain = provider.answer
    const refuse: typeof plain = (_request, response) =>
      provider.json(response, 400, { error: 'invalid_grant' })
    const failFor = async (steps: number[]) => {
      for (const hours of steps) {
        clock.advance(hours * HOUR)
        await checkDueAccounts(app, 50)
        await world.read(id)
        await world.read(id)
      }
    }
    provider.answer = refuse
    await failFor([1, 1, 10])
    provider.answer = plain
    await failFor([8])
    provider.answer = refuse
    await failFor([1, 1, 24, 24])
    const told = await eventsOf(world, id)
    assert.deepEqual(
      told.map(({ type }) => type),
      [
        'account.connected',
        'account.unhealthy',
        'account.recovered',
        'account.unhealthy',
        'account.expiring',
        'account.dead',
      ],
    )
    assert.match(told[1]!.reason ?? '', /^upstream_grant_refused/)
    assert.match(told[4]!.reason ?? '', new RegExp(`connect again with accountId ${id}`))
    assert.ok(!JSON.stringify(told).includes('canary'))
  })
}

for (const { name: database } of testDatabases) {
  test(`F0: a token that nothing renews is unhealthy from its end on, told once, and still handed out (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { app, clock, provider } = world
    const id = await world.connect({ kind: 'static', seconds: (60 * DAY) / 1000 })
    for (let day = 0; day < 62; day += 1) {
      clock.advance(DAY)
      await checkDueAccounts(app, 50)
    }
    const told = await eventsOf(world, id)
    assert.deepEqual(
      told.map(({ type }) => type.replace('account.', '')),
      ['connected', 'expiring', 'unhealthy'],
    )
    const account = accountOf(await world.read(id))
    assert.deepEqual([account.healthy, account.dead, account.error], [false, false, told[2]!.reason])
    assert.match(account.error ?? '', /^token_expired: .*connect again with accountId/)
    assert.match(account.credentials?.oauth_access_token ?? '', /^canary/)
    assert.equal((await world.row(id)).next_check_at, null)
    assert.equal(provider.requests.length, 0)
    await world.connect({ accountId: id, kind: 'static' })
    assert.equal(accountOf(await world.read(id)).healthy, true)
  })
}

test('F0: a token that its app takes after its end leaves the account healthy; an outage then says nothing', async (t) => {
  const world = await openKeysWorld(t, { database: 'memory' })
  const { app, clock, id, provider } = world
  const end = clock.now() + 2 * DAY
  await app.db.write(async (tx) => {
    await tx.updateTable('credentials').set({ kind: 'static' }).where('account_id', '=', id).execute()
    await tx
      .updateTable('accounts')
      .set({ expires_at: end, next_check_at: end })
      .where('id', '=', id)
      .execute()
  })
  const check = async (days: number) => {
    clock.advance(days * DAY)
    for (let i = 0; i < 10; i += 1) await checkDueAccounts(app, 50)
    return (await world.read()).healthy
  }
  assert.equal(await check(2), true)
  provider.status = 503
  assert.equal(await check(1.2), true)
  provider.status = 401
  assert.deepEqual([await check(0.2), await check(0.2)], [true, false])
  assert.equal(provider.requests.length, 4)
})
