/** A fresh database for a test, on each kind that Headgate runs on. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { openPostgresServer } from './postgres-server.ts'

export interface TestDatabase {
  /** As `DATABASE_URL` has it. */
  url: string
  /** Removes the database, with whoever is still connected to it. */
  close(): Promise<void>
}

export const testDatabases: { name: 'sqlite' | 'postgres'; open(): Promise<TestDatabase> }[] = [
  { name: 'sqlite', open: openSqlite },
  { name: 'postgres', open: openPostgres },
]

async function openSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-sqlite-'))
  return {
    url: `sqlite:${join(folder, 'headgate.db')}`,
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function openPostgres(): Promise<TestDatabase> {
  const server = await serverUrl()
  const name = `t_${randomBytes(8).toString('hex')}`
  // template0, because nobody can be connected to it, which would block the copy.
  await runStatement(server, `create database ${name} template template0`)
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
