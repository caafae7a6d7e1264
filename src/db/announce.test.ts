/** What a transaction announces is heard after its commit, by whoever listens in this process, and never when it was undone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { announce } from './announce.ts'
import { migrate } from './migrate.ts'
import { openDb } from './open.ts'

for (const kind of testDatabases) {
  test(`an announcement is heard once the row is there to be read, and not of what failed (${kind.name})`, async (t) => {
    const database = await kind.open()
    const db = openDb(database.url)
    t.after(async () => {
      await db.close()
      await database.close()
    })
    await migrate(db)
    const heard: Promise<number>[] = []
    const count = async () => (await db.read.selectFrom('counters').selectAll().execute()).length
    const stop = db.listen('events of proj_1', () => void heard.push(count()))
    for (const topic of ['deliveries', 'events of proj_2'] as const)
      db.listen(topic, () => assert.fail('nobody announced that'))
    const put = (key: string, fails = false) =>
      db.write(async (tx) => {
        announce(tx, 'events of proj_1')
        await tx.insertInto('counters').values({ key, value: 1 }).execute()
        announce(tx, 'events of proj_1')
        if (fails) throw new Error('mine')
      })
    await assert.rejects(put('a', true), /mine/)
    assert.equal(heard.length, 0)
    await put('b')
    assert.deepEqual(await Promise.all(heard), [1])
    await db.write(async () => {})
    assert.equal(heard.length, 1)
    stop()
    await put('c')
    assert.equal(heard.length, 1)
  })
}
