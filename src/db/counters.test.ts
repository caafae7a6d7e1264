/** Kept totals. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { addToCounters, counterKey, readCounter } from './counters.ts'
import { migrate } from './migrate.ts'
import { openDb } from './open.ts'

test('no part of a key can pass for two, or for none', () => {
  const keys = [
    counterKey('a', 'b', 'c'),
    counterKey('a', 'b","c'),
    counterKey('a', 'b,c'),
    counterKey('a', 'b', 'c', ''),
    counterKey('a', 'b', 'c', null),
    counterKey('a', 'b', 'c', 'null'),
    counterKey('ab', 'c'),
  ]
  assert.equal(new Set(keys).size, keys.length)
})

for (const kind of testDatabases) {
  test(`raised, lowered, and untouched by a transaction that failed (${kind.name})`, async (t) => {
    const database = await kind.open()
    const db = openDb(database.url, { durable: false })
    await migrate(db)
    t.after(async () => {
      await db.close()
      await database.close()
    })
    assert.equal(await readCounter(db.read, 'a'), 0)
    await db.write((tx) => addToCounters(tx, ['a', 'b'], 3))
    await db.write((tx) => addToCounters(tx, ['a'], -1))
    await db.write((tx) => addToCounters(tx, [], 5))
    await db.write((tx) => addToCounters(tx, ['a'], 0))
    const failed = db.write(async (tx) => {
      await addToCounters(tx, ['a', 'c'], 100)
      throw new Error('mine')
    })
    await assert.rejects(failed, /mine/)
    const found = await Promise.all(['a', 'b', 'c'].map((key) => readCounter(db.read, key)))
    assert.deepEqual(found, [2, 3, 0])
  })

  test(`a hundred at once, their keys in every order: no deadlock, no count lost (${kind.name})`, async (t) => {
    const database = await kind.open()
    const db = openDb(database.url, { durable: false, poolSize: 10 })
    await migrate(db)
    t.after(async () => {
      await db.close()
      await database.close()
    })
    const keys = ['d', 'a', 'c', 'b']
    let tries = 0
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        db.write((tx) => {
          tries += 1
          return addToCounters(tx, i % 2 ? keys : keys.toReversed(), i % 4 === 3 ? -1 : 1)
        }),
      ),
    )
    const found = await Promise.all(keys.map((key) => readCounter(db.read, key)))
    assert.deepEqual(found, [50, 50, 50, 50])
    assert.equal(tries, 100)
  })
}
