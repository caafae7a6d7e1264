/** What a transaction promises on both databases. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Client } from 'pg'
import { sql } from 'kysely'
import { testDatabases } from '../../test/databases.ts'
import { migrate } from './migrate.ts'
import { openDb, type Tx } from './open.ts'
import { isOutage } from './outage.ts'

async function openKind(t: TestContext, kind: (typeof testDatabases)[number], poolSize = 5) {
  const database = await kind.open()
  const db = openDb(database.url, { poolSize })
  await migrate(db)
  t.after(async () => {
    await db.close()
    await database.close()
  })
  return { db, url: database.url }
}

const put = (tx: Tx, key: string) => tx.insertInto('counters').values({ key, value: 1 }).execute()

for (const kind of testDatabases) {
  test(`200 writes at once, every seventh fails: exactly the others are there (${kind.name})`, async (t) => {
    const { db } = await openKind(t, kind)
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) =>
        db.write(async (tx) => {
          await put(tx, `k${i}`)
          if (i % 7 === 0) throw new Error('mine')
          return i
        }),
      ),
    )
    const done = results.flatMap((result) => (result.status === 'fulfilled' ? [`k${result.value}`] : []))
    const rows = await db.read.selectFrom('counters').select('key').execute()
    assert.deepEqual(rows.map(({ key }) => key).toSorted(), done.toSorted())
    assert.equal(done.length, 200 - 29)
  })

  test(`what is read is a number and a text, on both databases the same (${kind.name})`, async (t) => {
    const { db } = await openKind(t, kind)
    const value = 1_795_000_000_123
    await db.write((tx) => tx.insertInto('counters').values({ key: 'ü', value }).execute())
    assert.deepEqual(await db.read.selectFrom('counters').selectAll().execute(), [{ key: 'ü', value }])
  })
}

const [, postgres] = testDatabases

test('two writes that wait for each other are tried again, and both happen (postgres)', async (t) => {
  const { db } = await openKind(t, postgres!)
  await db.write(async (tx) => {
    await put(tx, 'a')
    await put(tx, 'b')
  })
  const raise = (tx: Tx, key: string) =>
    tx
      .updateTable('counters')
      .set({ value: sql`value + 1` })
      .where('key', '=', key)
      .execute()
  const tries = { ab: 0, ba: 0 }
  const met: (() => void)[] = []
  /** Both hold their first row before either asks for its second. */
  const meet = () =>
    new Promise<void>((resolve) => {
      met.push(resolve)
      if (met.length >= 2) for (const go of met) go()
    })
  await Promise.all([
    db.write(async (tx) => {
      tries.ab += 1
      await raise(tx, 'a')
      await meet()
      await raise(tx, 'b')
    }),
    db.write(async (tx) => {
      tries.ba += 1
      await raise(tx, 'b')
      await meet()
      await raise(tx, 'a')
    }),
  ])
  assert.equal(tries.ab + tries.ba, 3)
  const rows = await db.read.selectFrom('counters').selectAll().orderBy('key').execute()
  assert.deepEqual(rows, [
    { key: 'a', value: 3 },
    { key: 'b', value: 3 },
  ])
})

test('a server that ends our connections is an outage, not a mistake of ours, and is over by itself (postgres)', async (t) => {
  const { db, url } = await openKind(t, postgres!, 2)
  const admin = new Client({ connectionString: url })
  await admin.connect()
  const endOurs = () =>
    admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
  const inTheMiddle = db.write(async (tx) => {
    await put(tx, 'lost')
    await endOurs()
    // The driver may learn of it now or with the next statement: both have to read as an outage.
    await new Promise((resolve) => setTimeout(resolve, 50))
    await put(tx, 'lost too')
  })
  await assert.rejects(inTheMiddle, (error) => isOutage(error))
  await db.write((tx) => put(tx, 'after'))
  await endOurs()
  await admin.end()
  const rows = await db.read.selectFrom('counters').select('key').execute()
  assert.deepEqual(rows, [{ key: 'after' }])
})

test('a pool that is used up makes callers wait, and then it is an outage (postgres)', async (t) => {
  const { db } = await openKind(t, postgres!, 2)
  let release = () => {}
  const until = new Promise<void>((resolve) => (release = resolve))
  const holders = [1, 2].map((i) =>
    db.write(async (tx) => {
      await put(tx, `h${i}`)
      await until
    }),
  )
  const waiting = db.read.selectFrom('counters').selectAll().execute()
  await assert.rejects(waiting, (error) => isOutage(error))
  release()
  await Promise.all(holders)
  assert.equal((await db.read.selectFrom('counters').selectAll().execute()).length, 2)
})

test('no server at all is an outage (postgres)', async () => {
  const db = openDb('postgres://nobody:nothing@127.0.0.1:9/none', { poolSize: 2 })
  await assert.rejects(db.read.selectFrom('counters').selectAll().execute(), (error) => isOutage(error))
  await db.close()
})
