/** Checks that a query compiled once still means what it says for every value, database and transaction. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { compileOnce } from './compile-once.ts'
import { migrate } from './migrate.ts'
import { type Db, openDb } from './open.ts'

let compilations = 0
const selectByWorkspace = compileOnce((db, found: { workspace_id: string | null; action: string }) => {
  compilations += 1
  return db
    .selectFrom('audit_entries')
    .select(['id', 'target'])
    .where('action', '=', found.action)
    .where('workspace_id', '=', found.workspace_id)
    .where('result', '=', 'done')
    .orderBy('id')
})
const insert = compileOnce(
  (db, row: { id: string; workspace_id: string | null; action: string; target: string | null; at: number }) =>
    db.insertInto('audit_entries').values({ ...row, actor_kind: 'operator', result: 'done', details: '{}' }),
)

const row = (id: string, workspace_id: string | null, target: string | null) => ({
  id,
  workspace_id,
  action: 'a',
  target,
  at: 1,
})

for (const kind of testDatabases) {
  test(`each call sees its own values, null included, and compiles once (${kind.name})`, async (t) => {
    const database = await kind.open()
    const db: Db = openDb(database.url, { durable: false, poolSize: 3 })
    t.after(async () => {
      await db.close()
      await database.close()
    })
    await migrate(db)
    const before = compilations
    await db.write(async (tx) => {
      await insert(tx, row('1', 'ws_1', null))
      await insert(tx, row('2', 'ws_1', 'x? $1'))
      await insert(tx, row('3', 'ws_2', 'y'))
      await insert(tx, row('4', null, 'z'))
    })
    const [one, two, other, none] = await Promise.all([
      selectByWorkspace(db.read, { workspace_id: 'ws_1', action: 'a' }),
      selectByWorkspace(db.read, { action: 'a', workspace_id: 'ws_2' }),
      selectByWorkspace(db.read, { workspace_id: 'ws_1', action: 'b' }),
      selectByWorkspace(db.read, { workspace_id: null, action: 'a' }),
    ])
    assert.deepEqual(one, [
      { id: '1', target: null },
      { id: '2', target: 'x? $1' },
    ])
    assert.deepEqual(two, [{ id: '3', target: 'y' }])
    assert.deepEqual(other, [])
    // `= null` is true of nothing; a stand-in must not have become `is null`, nor the text of a slot.
    assert.deepEqual(none, [])
    assert.equal(compilations, before + 1)
  })

  test(`in a transaction it sees that transaction, and is undone with it (${kind.name})`, async (t) => {
    const database = await kind.open()
    const db = openDb(database.url, { durable: false, poolSize: 3 })
    t.after(async () => {
      await db.close()
      await database.close()
    })
    await migrate(db)
    const undone = db.write(async (tx) => {
      await insert(tx, row('1', 'ws_1', 'x'))
      assert.equal((await selectByWorkspace(tx, { workspace_id: 'ws_1', action: 'a' })).length, 1)
      throw new Error('undo')
    })
    await assert.rejects(undone, /undo/)
    assert.deepEqual(await selectByWorkspace(db.read, { workspace_id: 'ws_1', action: 'a' }), [])
  })
}
