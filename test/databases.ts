/** A fresh database for a test, on each kind that Headgate runs on. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { migrate } from '../src/db/migrate.ts'
import { openDb } from '../src/db/open.ts'
import { openPostgresServer } from './postgres-server.ts'

export interface TestDatabase {
  /** As `DATABASE_URL` has it. */
  url: string
  /** Removes the database, with whoever is still connected to it. */
  close(): Promise<void>
}

interface DatabaseKind {
  name: 'sqlite' | 'postgres'
  /** Without data; the tables may be there, as `migrate` would make them. */
  open(): Promise<TestDatabase>
  openEmpty(): Promise<TestDatabase>
}

export const testDatabases: DatabaseKind[] = [
  { name: 'sqlite', open: openSqlite, openEmpty: openSqlite },
  // template0, because nobody can be connected to it, which would block the copy.
  {
    name: 'postgres',
    open: async () => copyOf(await serverUrl(), process.env['TEST_DATABASE_TEMPLATE'] ?? 'template0'),
    openEmpty: async () => copyOf(await serverUrl(), 'template0'),
  },
]

/** With every table: copying it takes a third of the time that making them takes. Its name is for TEST_DATABASE_TEMPLATE. */
export async function openTemplate(server: string): Promise<{ name: string; close(): Promise<void> }> {
  const { url, close } = await copyOf(server, 'template0')
  const db = openDb(url, { durable: false, poolSize: 1 })
  await migrate(db)
  await db.close()
  const name = new URL(url).pathname.slice(1)
  // Nor can anybody be connected to this one, from now on.
  await runStatement(server, `alter database ${name} with allow_connections false`)
  return { name, close }
}

async function openSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-sqlite-'))
  return {
    url: `sqlite:${join(folder, 'headgate.db')}`,
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function copyOf(server: string, template: string): Promise<TestDatabase> {
  const name = `t_${randomBytes(8).toString('hex')}`
  await runStatement(server, `create database ${name} template ${template}`)
  const url = new URL(server)
  url.pathname = name
  return { url: url.href, close: () => runStatement(server, `drop database if exists ${name} with (force)`) }
}

let started: Promise<string> | undefined

/** test/run.ts hands over the server of the whole run; a file that is run by hand starts one for itself. */
function serverUrl(): Promise<string> {
  const shared = process.env['TEST_DATABASE_URL']
  if (shared) return Promise.resolve(shared)
  started ??= openPostgresServer().then((server) => server.url)
  return started
}

async function runStatement(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end()
  }
}
