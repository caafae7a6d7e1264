/** What `npm run bench` runs: starts the servers, measures them, and tells the result. `--quick`: fewer rounds; `--profile`: where the time goes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { format } from 'prettier'
import { freePort } from '../src/platform/free-port.ts'
import { openPostgresServer } from '../test/postgres-server.ts'
import { type Child, isPinned, leaveServerCore, startChild } from './child.ts'
import { hotFunctions } from './hot-functions.ts'
import { LoadPool } from './load-pool.ts'
import { describeMachine } from './machine.ts'
import { measure, type Method } from './measure.ts'
import type { ProfileRequest, Ready } from './messages.ts'
import { baseline, type Operation, operationsOf, type Target } from './operations.ts'
import { report, type Run, table } from './report.ts'
import { measureStartUp } from './startup.ts'

const CONNECTIONS = 64
const FULL: Method = { rounds: 5, roundMs: 1000, warmUpMs: 1000 }
const QUICK: Method = { rounds: 3, roundMs: 300, warmUpMs: 300 }
const PROFILE_MS = 5000
const HOTTEST = 25
const ACCOUNTS = Number(process.env['BENCH_ACCOUNTS'] ?? 20_000)
/** Seeding is slower there, and what a point read costs does not depend on it. */
const POSTGRES_ACCOUNTS = Math.min(ACCOUNTS, 20_000)
const RESULTS = join(import.meta.dirname, 'results')
const PAGE = join(import.meta.dirname, '../docs/performance.md')

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
})

const opened: (() => unknown)[] = []
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
opened.push(() => rmSync(folder, { recursive: true, force: true }))
const machine = describeMachine()
try {
  leaveServerCore()
  mkdirSync(RESULTS, { recursive: true })
  const sqlite = await startHeadgate('sqlite', ACCOUNTS)
  if (flags.profile) await profileAll(sqlite)
  else await measureAll(sqlite, flags.quick ? QUICK : FULL)
} finally {
  for (const close of opened.toReversed()) await close()
}

interface Headgate {
  child: Child
  ready: Ready
}

async function startHeadgate(
  name: string,
  accounts: number,
  env: Record<string, string> = {},
): Promise<Headgate> {
  const child = startChild([join(import.meta.dirname, 'server.ts'), String(accounts)], {
    PORT: String(await freePort()),
    HEADGATE_PUBLIC_URL: 'http://localhost:3000',
    HEADGATE_DATA_DIR: join(folder, name),
    HEADGATE_KEYS_PATH: join(folder, name, 'keys'),
    HEADGATE_LOG_LEVEL: 'warn',
    ...env,
  })
  opened.push(() => child.stop())
  const ready = await child.message<Ready>()
  console.log(`${name}: ${ready.accounts} accounts in ${ready.seedSeconds.toFixed(1)} s`)
  return { child, ready }
}

/** Just before the load: a server closes what stands idle for a minute. */
async function targetOf(child: Child, port: number): Promise<Target> {
  const pool = await LoadPool.open(port, CONNECTIONS)
  opened.push(() => pool.close())
  return { child, pool }
}

/** Undefined where no PostgreSQL can be started; the run goes on without it. */
async function openPostgres() {
  const server = await openPostgresServer().catch((error: unknown) => {
    console.log(`without PostgreSQL: ${(error as Error).message}`)
  })
  if (!server) return undefined
  opened.push(() => server.stop())
  const name = `headgate_bench_${process.pid}`
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(`create database ${name}`)
  // The server of the tests does not wait for the disk at all; this much can be had from it.
  await client.query(`alter database ${name} set synchronous_commit = on`)
  await client.end()
  const url = new URL(server.url)
  url.pathname = `/${name}`
  const own = new Client({ connectionString: url.href })
  await own.connect()
  const show = async (setting: string) =>
    Object.values((await own.query<Record<string, string>>(`show ${setting}`)).rows[0]!)[0]!
  const facts = {
    version: await show('server_version'),
    fsync: await show('fsync'),
    synchronous_commit: await show('synchronous_commit'),
  }
  await own.end()
  return { facts, headgate: await startHeadgate('postgres', POSTGRES_ACCOUNTS, { DATABASE_URL: url.href }) }
}

async function operationsIn({ child, ready }: Headgate, database: string): Promise<Operation[]> {
  return operationsOf(await targetOf(child, ready.port), ready, database)
}

async function measureAll(sqlite: Headgate, method: Method): Promise<void> {
  const startUp = await measureStartUp(folder, flags.quick ? 1 : 3)
  const postgres = await openPostgres()
  const bare = startChild([join(import.meta.dirname, 'bare-server.ts')])
  opened.push(() => bare.stop())
  const { port } = await bare.message<{ port: number }>()
  const yardstick = baseline(await targetOf(bare, port))
  const all = await operationsIn(sqlite, 'SQLite')
  if (postgres) all.push(...(await operationsIn(postgres.headgate, 'PostgreSQL')))

  const run: Run = {
    machine,
    method,
    pinned: isPinned,
    accounts: { sqlite: ACCOUNTS, postgres: POSTGRES_ACCOUNTS },
    postgres: postgres?.facts,
    figures: [],
    loadGeneratorBusy: 0,
    startUp,
    loadedMb: 0,
  }
  for (const connections of [CONNECTIONS, 1]) {
    const { figures, loadGeneratorBusy } = await measure(yardstick, all, connections, method)
    run.figures.push(...figures)
    run.loadGeneratorBusy = Math.max(run.loadGeneratorBusy, loadGeneratorBusy)
    console.log(`\n${connections} connection(s)\n${table(figures)}`)
  }
  run.loadedMb = sqlite.child.residentMb()
  console.log(`\nstart ${JSON.stringify(startUp)}, loaded ${run.loadedMb.toFixed(0)} MB`)
  console.log(`load generator busy at most ${(run.loadGeneratorBusy * 100).toFixed(0)} %`)

  const file = join(RESULTS, `${new Date().toISOString().replaceAll(':', '-')}.json`)
  writeFileSync(file, JSON.stringify(run, null, 2))
  if (flags.quick) return
  writeFileSync(PAGE, await format(report(run), { parser: 'markdown', printWidth: 110 }))
}

async function profileAll(sqlite: Headgate): Promise<void> {
  const operations = await operationsIn(sqlite, 'SQLite')
  for (const { name, requests, target } of operations.filter((operation) => operation.profiled)) {
    const { child, pool } = target
    const file = join(RESULTS, `${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.cpuprofile`)
    await pool.run(requests, CONNECTIONS, FULL.warmUpMs)
    await child.ask({ profile: 'start' } satisfies ProfileRequest)
    const load = await pool.run(requests, CONNECTIONS, PROFILE_MS)
    await child.ask({ profile: 'stop', file } satisfies ProfileRequest)
    console.log(`\n${name}: ${Math.round(load.answers / load.seconds)}/s under the profiler; ${file}`)
    for (const { share, name, place } of hotFunctions(file, HOTTEST)) {
      console.log(`${(share * 100).toFixed(1).padStart(6)} %  ${name.padEnd(32)} ${place}`)
    }
  }
}
