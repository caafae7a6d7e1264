/** G4: Connect tokens at rest, their randomness, and the cleaning up after them. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { Client } from 'pg'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import type { App } from '../../src/app.ts'
import { createConnectToken } from '../../src/connect-tokens/create-connect-token.ts'
import { testDatabases } from '../databases.ts'
import { assertStatus, send } from './answers.ts'
import { assertNotKept } from './database-state.ts'
import { openWorld, within, type World } from './harness.ts'

/** The catalogue's figure is 100,000; so many take half a minute on a small machine. */
const RANDOM_TOKENS = Number(process.env['HEADGATE_RANDOM_TOKENS'] ?? 10_000)
const EXPIRED_TOKENS = Number(process.env['HEADGATE_EXPIRED_TOKENS'] ?? 20_000)

for (const { name: database } of testDatabases) {
  test(`G4-91 only digests at rest (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const tokens: string[] = []
    for (let i = 0; i < 100; i += 1) tokens.push(await world.connectToken({ user: `u-${i % 7}` }))
    const secrets = tokens.flatMap((token) => [token, token.slice('ctok_'.length)])
    assertNotKept(await world.state(), world.logged(), secrets)
    const files = database === 'sqlite' ? sqliteFiles(world) : await postgresFiles(world)
    // The digests are there, so the right places were searched.
    const { digest } = await world.app.db.read
      .selectFrom('connect_tokens')
      .select('digest')
      .executeTakeFirstOrThrow()
    assert.ok(files.some((bytes) => bytes.includes(digest)))
    for (const bytes of files) for (const secret of secrets) assert.ok(!bytes.includes(secret))
    for (const bytes of files) assert.doesNotMatch(bytes.toString('latin1'), /ctok_[0-9a-f]{8}/)
  })

  test(`G4-98 expired tokens are cleaned up beside the work (${database})`, async (t) => {
    const rounds = catchCleaningRounds(t)
    const world = await openWorld(t, { database })
    const live = await world.connectToken()
    const token = await world.token()
    const path = `/v1/connect/${world.p1}/accounts`

    const sizes: number[] = []
    for (const generation of ['first', 'second']) {
      await addExpiredTokens(world, generation, EXPIRED_TOKENS)
      assert.equal(await countTokens(world.app), EXPIRED_TOKENS + 1)
      assert.equal(rounds.length, 1, 'one recurring round was started')
      rounds.shift()?.()
      const left = new Set<number>()
      await within(60_000, async () => {
        assertStatus(await send(world.address, 'GET', path, { token }), 200)
        left.add(await countTokens(world.app))
        return left.has(1)
      })
      await within(1_000, async () => rounds.length === 1)
      // How fast is for the bench to say; that the work goes on between small batches is for here.
      assert.ok(left.size > 5, `only ${left.size} steps were seen`)
      sizes.push(sizeOf(world))
    }
    // PostgreSQL gives space back to itself when it vacuums, which is its operator's affair.
    if (database === 'sqlite') assert.ok(sizes[1]! <= sizes[0]! * 1.02, `the file grew: ${sizes.join(', ')}`)
    assertStatus(await send(world.address, 'GET', path, { token: live }), 200)
  })
}

test('G4-92 tokens are random', async (t) => {
  const world = await openWorld(t, { database: 'sqlite' })
  // By chance a fair source misses p > 0.001 once in a thousand; twice running is once in a million.
  const first = await mint(world.app, world, RANDOM_TOKENS)
  const again =
    chiSquareOfNibbles(first) > CHI_SQUARE_15_P001 ? await mint(world.app, world, RANDOM_TOKENS) : first
  assert.ok(chiSquareOfNibbles(again) <= CHI_SQUARE_15_P001)
  assert.equal(new Set(first).size, RANDOM_TOKENS)
  const restarted = await world.secondProcess()
  const after = await mint(restarted.app, world, 200)
  const prefixes = (tokens: string[]) => new Set(tokens.slice(0, 200).map((token) => token.slice(5, 13)))
  assert.deepEqual(
    [...prefixes(first)].filter((prefix) => prefixes(after).has(prefix)),
    [],
  )
})

/** 15 degrees of freedom, p = 0.001. */
const CHI_SQUARE_15_P001 = 37.697

function chiSquareOfNibbles(tokens: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const token of tokens)
    for (const nibble of token.slice('ctok_'.length)) counts.set(nibble, (counts.get(nibble) ?? 0) + 1)
  const expected = (tokens.length * 32) / 16
  return [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

async function mint(app: App, { w1, p1 }: World, count: number): Promise<string[]> {
  const env = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'production' })
  const tokens: string[] = []
  while (tokens.length < count) {
    const batch = Math.min(1000, count - tokens.length)
    const made = Array.from({ length: batch }, () => createConnectToken(app, env, { external_user_id: 'u1' }))
    for (const { token } of await Promise.all(made)) tokens.push(token)
  }
  return tokens
}

/** The database with its log, and a backup. */
function sqliteFiles({ databaseUrl = '' }: World): Buffer[] {
  const file = databaseUrl.slice('sqlite:'.length)
  const backup = join(dirname(file), 'backup.db')
  const connection = new Database(file, { readonly: true })
  connection.prepare('vacuum into ?').run(backup)
  connection.close()
  return readdirSync(dirname(file)).map((name) => readFileSync(join(dirname(file), name)))
}

/** Every file of the database, and what was written to the log since the test began. */
async function postgresFiles({ databaseUrl }: World): Promise<Buffer[]> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('checkpoint')
    const { rows } = await client.query<{ content: Buffer }>(`
      select pg_read_binary_file(pg_relation_filepath(oid)) as content from pg_class
      where relkind in ('r', 'i', 't') and relnamespace = 'public'::regnamespace and relfilenode <> 0
      union all
      select pg_read_binary_file('pg_wal/' || name) from pg_ls_waldir()
      where modification > now() - interval '20 seconds' and length(name) = 24`)
    return rows.map(({ content }) => content)
  } finally {
    await client.end()
  }
}

/** The round that the server sets for a minute later; calling it is the minute gone by. */
function catchCleaningRounds(t: TestContext): (() => void)[] {
  const rounds: (() => void)[] = []
  const original = globalThis.setTimeout
  t.after(() => void (globalThis.setTimeout = original))
  const catching = (run: () => void, milliseconds?: number, ...rest: []) => {
    // The sweep comes round once a minute, other work more often.
    const isSweep =
      (milliseconds ?? 0) >= 60_000 && new Error('where from').stack?.includes('platform/loop.ts')
    if (isSweep) rounds.push(run)
    return original(run, milliseconds, ...rest)
  }
  globalThis.setTimeout = Object.assign(catching, original)
  return rounds
}

/** Expired eight days ago, a day longer than they are kept. */
async function addExpiredTokens({ app, p1 }: World, generation: string, count: number): Promise<void> {
  const user = sql<string>`(select id from external_users where project_id = ${p1} and external_id = 'u1'
    and environment = 'production')`
  const past = app.clock.now() - 8 * 86_400_000
  await app.db.write(async (tx) => {
    await sql`
      insert into connect_tokens (digest, connect_session_id, project_id, environment, external_user_id, external_id,
        scopes, options, expires_at, created_at)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(count)})
      select ${sql.lit(`expired ${generation} `)} || i, i, ${sql.lit(p1)}, 'production', ${user}, 'u1', '[]', '{}',
        ${sql.lit(past)} - i, ${sql.lit(past)} - i from n`.execute(tx)
  })
}

async function countTokens({ db }: App): Promise<number> {
  const row = await db.read
    .selectFrom('connect_tokens')
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

function sizeOf({ databaseUrl = '' }: World): number {
  if (!databaseUrl.startsWith('sqlite:')) return 0
  return statSync(databaseUrl.slice('sqlite:'.length)).size
}
