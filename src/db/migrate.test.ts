/** Bringing a database to this program's schema. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { sql } from 'kysely'
import { testDatabases } from '../../test/databases.ts'
import { readState } from '../../test/security/database-state.ts'
import { migrate, SchemaTooNew } from './migrate.ts'
import { openDb, type Reader } from './open.ts'

async function openEmpty(t: TestContext, kind: (typeof testDatabases)[number]) {
  const database = await kind.openEmpty()
  const db = openDb(database.url, { durable: false, poolSize: 3 })
  t.after(async () => {
    await db.close()
    await database.close()
  })
  return { db, url: database.url }
}

/** Table -> its columns, ours only. */
async function schemaOf(read: Reader): Promise<Record<string, string[]>> {
  const tables = await read.introspection.getTables()
  return Object.fromEntries(
    tables.map(({ name, columns }) => [
      name,
      columns.map((column) => `${column.name}${column.isNullable ? '?' : ''}`).toSorted(),
    ]),
  )
}

const schemas: Record<string, unknown> = {}

for (const kind of testDatabases) {
  test(`a fresh database gets every table; a second time nothing changes (${kind.name})`, async (t) => {
    const { db } = await openEmpty(t, kind)
    assert.deepEqual(await schemaOf(db.read), {})
    await migrate(db)
    const schema = await schemaOf(db.read)
    assert.ok(schema['accounts']?.includes('dead_at?') && schema['credentials']?.includes('sealed'))
    const before = await readState(db)
    await migrate(db)
    assert.deepEqual(await schemaOf(db.read), schema)
    assert.deepEqual(await readState(db), before)
    schemas[kind.name] = schema
  })

  test(`a database of a newer program is refused and stays as it is (${kind.name})`, async (t) => {
    const { db } = await openEmpty(t, kind)
    await migrate(db)
    await db.write((tx) =>
      sql`insert into kysely_migration (name, timestamp) values ('9999_later', '2027-01-01T00:00:00.000Z')`.execute(
        tx,
      ),
    )
    const before = [await schemaOf(db.read), await readState(db)]
    await assert.rejects(
      () => migrate(db),
      (error: Error) => error instanceof SchemaTooNew && /newer/.test(error.message),
    )
    assert.deepEqual([await schemaOf(db.read), await readState(db)], before)
  })
}

test('the two databases have the same tables and columns', () => {
  const ours = (name: string) =>
    Object.entries(schemas[name] as Record<string, string[]>).filter(
      ([table]) => !table.startsWith('kysely_'),
    )
  assert.deepEqual(Object.fromEntries(ours('postgres')), Object.fromEntries(ours('sqlite')))
})

test('three that start together on PostgreSQL: one migrates, the others wait, all go on', async (t) => {
  const { url } = await openEmpty(t, testDatabases[1]!)
  const handles = [1, 2, 3].map(() => openDb(url, { poolSize: 2 }))
  t.after(() => Promise.all(handles.map((db) => db.close())))
  await Promise.all(handles.map((db) => migrate(db)))
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(handles[0]!.read)
  assert.deepEqual(rows, [{ name: '0001_initial' }, { name: '0002_connect' }])
})
