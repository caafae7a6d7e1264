/** The shared commit of SQLite: what concurrent writes owe each other, and what they must not do to each other. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { migrate } from './migrate.ts'
import { openDb, type Reader, type Tx } from './open.ts'
import { isOutage } from './outage.ts'

async function openFile(t: TestContext, durable = true) {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-sqlite-'))
  const path = join(folder, 'headgate.db')
  const db = openDb(`sqlite:${path}`, { durable })
  await migrate(db)
  t.after(async () => {
    await db.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { db, path }
}

const put = (tx: Tx, key: string, value = 1) => tx.insertInto('counters').values({ key, value }).execute()
const keys = async (read: Reader) =>
  (await read.selectFrom('counters').select('key').orderBy('key').execute()).map(({ key }) => key)
const pragma = async (db: Reader, name: string) => {
  const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db)
  return Object.values(rows[0] ?? {})[0]
}

test('an acknowledged write survives a power cut: WAL and a full sync on the writer', async (t) => {
  const { db } = await openFile(t)
  const asked = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete'] as const
  const found = await db.write(async (tx) => Promise.all(asked.map((name) => pragma(tx, name))))
  assert.deepEqual(found, ['wal', 2, 1, 1])
})

test('without durability nothing is synced, and only then', async (t) => {
  const { db } = await openFile(t, false)
  assert.equal(await db.write((tx) => pragma(tx, 'synchronous')), 0)
})

test('writes of one turn share a commit', async (t) => {
  const { db, path } = await openFile(t)
  const watcher = new Database(path, { readonly: true })
  const version = () => watcher.pragma('data_version', { simple: true })
  const seen = new Set([version()])
  await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      db.write(async (tx) => {
        await put(tx, `k${i}`)
        seen.add(version())
      }),
    ),
  )
  seen.add(version())
  watcher.close()
  assert.equal(seen.size, 2)
  assert.equal((await keys(db.read)).length, 50)
})

test('one that fails undoes only itself, also what it had written before', async (t) => {
  const { db } = await openFile(t)
  const results = await Promise.allSettled([
    db.write((tx) => put(tx, 'before')),
    db.write(async (tx) => {
      await put(tx, 'undone')
      await tx.deleteFrom('counters').execute()
      throw new Error('mine')
    }),
    db.write((tx) => put(tx, 'before')),
    db.write((tx) => put(tx, 'after')),
  ])
  assert.deepEqual(
    results.map((result) => (result.status === 'rejected' ? (result.reason as Error).message : 'done')),
    ['done', 'mine', 'UNIQUE constraint failed: counters.key', 'done'],
  )
  assert.deepEqual(await keys(db.read), ['after', 'before'])
})

test('a commit that fails is everybody’s failure: nobody was told it is done, nothing is there', async (t) => {
  const { db } = await openFile(t)
  const writes = [
    db.write((tx) => put(tx, 'innocent')),
    // Checked by the commit itself, not by the statement.
    db.write(async (tx) => {
      await sql`pragma defer_foreign_keys = on`.execute(tx)
      await sql`insert into projects (id, workspace_id, name, created_at, updated_at) values ('p', 'nobody', 'n', 1, 1)`.execute(
        tx,
      )
    }),
    db.write((tx) => put(tx, 'innocent too')),
  ]
  const results = await Promise.allSettled(writes)
  for (const result of results) {
    assert.equal(result.status, 'rejected')
    assert.match(String(result.reason), /FOREIGN KEY constraint failed/)
  }
  assert.deepEqual(await keys(db.read), [])
  // The connection is fit for the next one.
  await db.write((tx) => put(tx, 'next'))
  assert.deepEqual(await keys(db.read), ['next'])
})

test('nobody is answered before the commit: what a write has not committed, no reader sees', async (t) => {
  const { db } = await openFile(t)
  let inside: string[] | undefined
  await db.write(async (tx) => {
    await put(tx, 'a')
    inside = await keys(db.read)
    assert.deepEqual(await keys(tx), ['a'])
  })
  assert.deepEqual(inside, [])
  assert.deepEqual(await keys(db.read), ['a'])
})

test('writes run in the order they were asked for, each seeing those before it', async (t) => {
  const { db } = await openFile(t)
  const seen = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      db.write(async (tx) => {
        // Waiting inside must not let another in between.
        await new Promise((resolve) => setImmediate(resolve))
        const count = (await keys(tx)).length
        await put(tx, `k${String(i).padStart(2, '0')}`)
        return count
      }),
    ),
  )
  assert.deepEqual(
    seen,
    Array.from({ length: 20 }, (_, i) => i),
  )
})

test('a write that another one asked for comes after it, and holds up neither', async (t) => {
  const { db } = await openFile(t)
  let inner: Promise<string[]> | undefined
  await db.write(async (tx) => {
    // As the vault does when it counts its key's uses: asked for, not awaited.
    inner = db.write((other) => keys(other))
    await put(tx, 'outer')
  })
  assert.deepEqual(await inner, ['outer'])
})

test('a write after the answer of another sees what that one wrote', async (t) => {
  const { db } = await openFile(t)
  for (let i = 0; i < 20; i += 1) {
    await db.write((tx) => put(tx, `k${i}`))
    assert.equal((await keys(db.read)).length, i + 1)
  }
})

test('the handle for reading refuses to write, by whatever statement', async (t) => {
  const { db } = await openFile(t)
  const attempts = [
    () => put(db.read as Tx, 'x'),
    () => sql`delete from counters`.execute(db.read),
    () => sql`create table t (a)`.execute(db.read),
  ]
  for (const attempt of attempts) await assert.rejects(attempt, { code: 'SQLITE_READONLY' })
})

test('a lock of another process is waited for a moment, then it is an outage, and later all is well', async (t) => {
  const { db, path } = await openFile(t)
  const other = new Database(path)
  other.exec('begin immediate')
  const held = db.write((tx) => put(tx, 'held'))
  await assert.rejects(held, (error) => isOutage(error) && (error as { code: string }).code === 'SQLITE_BUSY')
  assert.deepEqual(await keys(db.read), [])
  other.exec('rollback')
  other.close()
  await db.write((tx) => put(tx, 'later'))
  assert.deepEqual(await keys(db.read), ['later'])
})

test('a full disk fails the writes and not the reads, and is over when there is room again', async (t) => {
  const { db } = await openFile(t)
  await db.write((tx) => put(tx, 'kept'))
  const pages = await db.write((tx) => pragma(tx, 'page_count'))
  await db.write((tx) => pragma(tx, `max_page_count = ${String(pages)}`))
  const large = 'x'.repeat(100_000)
  const results = await Promise.allSettled([
    db.write((tx) => put(tx, 'small')),
    db.write((tx) => put(tx, large)),
    db.write((tx) => put(tx, 'small too')),
  ])
  assert.equal(results[1].status, 'rejected')
  assert.ok(isOutage(results[1].reason))
  // Whoever was told "done" finds it; whoever was not, finds nothing.
  const told = ['small', '', 'small too'].filter((_, i) => results[i]!.status === 'fulfilled')
  assert.deepEqual(await keys(db.read), ['kept', ...told].toSorted())
  await db.write((tx) => pragma(tx, 'max_page_count = 1000000'))
  await db.write((tx) => put(tx, large))
  assert.equal((await keys(db.read)).length, told.length + 2)
})

test('closing waits for what was asked before', async (t) => {
  const { db, path } = await openFile(t)
  const write = db.write((tx) => put(tx, 'last'))
  await db.close()
  await write
  const again = new Database(path, { readonly: true })
  assert.deepEqual(again.prepare('select key from counters').pluck().all(), ['last'])
  again.close()
})

test('in memory the same promises hold on one connection', async () => {
  const db = openDb('sqlite::memory:', { durable: false })
  await migrate(db)
  const results = await Promise.allSettled([
    db.write((tx) => put(tx, 'a')),
    db.write(async (tx) => {
      await put(tx, 'b')
      throw new Error('mine')
    }),
    keys(db.read),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(await keys(db.read), ['a'])
  await db.close()
})
