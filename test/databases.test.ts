/** The databases that tests get: fresh, apart from each other, and gone afterwards. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Client } from 'pg'
import { testDatabases } from './databases.ts'

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

const opener = (name: 'sqlite' | 'postgres') => testDatabases.find((kind) => kind.name === name)!

test('both kinds of database are there to be tested on', () => {
  assert.deepEqual(
    testDatabases.map(({ name }) => name),
    ['sqlite', 'postgres'],
  )
})

test('a PostgreSQL database is empty, unknown to the others, and dropped with who still uses it', async (t) => {
  const [one, other] = await Promise.all([opener('postgres').openEmpty(), opener('postgres').openEmpty()])
  await query(one.url, 'create table only_here (id text)')
  const tables = `select 1 from information_schema.tables where table_schema = 'public'`
  assert.equal((await query(one.url, tables)).length, 1)
  assert.equal((await query(other.url, tables)).length, 0)

  const forgotten = new Client({ connectionString: one.url })
  forgotten.on('error', () => {}) // the server ends its connection
  await forgotten.connect()
  t.after(() => forgotten.end())
  await one.close()
  await assert.rejects(query(one.url, 'select 1'), { code: '3D000' })
  assert.equal((await query(other.url, tables)).length, 0)
  await other.close()
  await assert.rejects(query(other.url, 'select 1'), { code: '3D000' })
})

test('an SQLite database has a folder of its own, removed with everything in it', async () => {
  const [one, other] = await Promise.all([opener('sqlite').open(), opener('sqlite').open()])
  assert.notEqual(one.url, other.url)
  const file = /^sqlite:(\/.+\/headgate\.db)$/.exec(one.url)?.[1]
  assert.ok(file)
  writeFileSync(file, '')
  writeFileSync(`${file}-wal`, '')
  await one.close()
  assert.equal(existsSync(file.replace('/headgate.db', '')), false)
  await other.close()
})
