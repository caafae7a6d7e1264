/** The installation's id, its keys, and the count of what the newest of them wraps. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { within } from '../../test/security/harness.ts'
import { newKeyRingText, parseKeyRing } from '../platform/crypto/key-ring.ts'
import { checkKeys, ensureInstance, openCountedVault, readInstance, WrongKeys } from './instance.ts'
import { migrate } from './migrate.ts'
import { type Db, openDb } from './open.ts'

const newRing = () => parseKeyRing(newKeyRingText())
const binding = { table: 'accounts', column: 'sealed', row: 'a' }

async function openKind(t: TestContext, kind: (typeof testDatabases)[number]) {
  const database = await kind.open()
  const db = openDb(database.url, { durable: false, poolSize: 3 })
  t.after(async () => {
    await db.close()
    await database.close()
  })
  return { db, url: database.url }
}
const usesOf = async (db: Db) => (await readInstance(db.read))!.keys[0]!.uses

for (const kind of testDatabases) {
  test(`the id is made once; a new key is added, and an old one must stay (${kind.name})`, async (t) => {
    const { db } = await openKind(t, kind)
    assert.equal(await readInstance(db.read), undefined)
    await migrate(db)
    assert.equal(await readInstance(db.read), undefined)
    const [first, second] = [newRing()[0], newRing()[0]]
    const made = await ensureInstance(db, [first], 'first-id', 1)
    assert.equal(made.instanceId, 'first-id')
    const again = await ensureInstance(db, [second, first], 'other-id', 2)
    assert.equal(again.instanceId, 'first-id')
    assert.deepEqual(
      again.keys.map(({ id }) => id),
      [first.id, second.id],
    )
    checkKeys(again, [first, second])
    const says =
      (...parts: string[]) =>
      (error: Error) =>
        error instanceof WrongKeys && parts.every((part) => error.message.includes(part))
    assert.throws(() => checkKeys(again, [second]), says(first.id, second.id, 'missing'))
    const impostor = { ...newRing()[0], id: first.id }
    assert.throws(() => checkKeys(again, [second, impostor]), says(first.id, 'not the one'))
    // A check value of one key under the id of another is no proof either.
    const swapped = {
      ...again,
      keys: again.keys.map((key) => ({ ...key, checkValue: again.keys[0]!.checkValue })),
    }
    assert.throws(() => checkKeys(swapped, [second, first]), WrongKeys)
  })

  test(`of two that start a new database at once with a key each, one is refused (${kind.name})`, async (t) => {
    const { db } = await openKind(t, kind)
    await migrate(db)
    const one = newRing()
    const two = [{ ...newRing()[0], id: one[0].id }] as const
    const results = await Promise.allSettled([
      ensureInstance(db, one, 'id-1', 1),
      ensureInstance(db, two, 'id-2', 1),
    ])
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    const lost = results.find((result) => result.status === 'rejected')
    assert.ok(lost?.reason instanceof WrongKeys)
  })

  test(`uses are reserved before they happen, also from within a transaction (${kind.name})`, async (t) => {
    const { db } = await openKind(t, kind)
    await migrate(db)
    const ring = newRing()
    const { instanceId } = await ensureInstance(db, ring, 'id', 1)
    const vault = await openCountedVault(db, ring, instanceId)
    assert.equal(await usesOf(db), 1 + 65_536)
    for (let wraps = 0; wraps < 150_000; wraps += 1000) {
      await db.write(async () => {
        for (let i = 0; i < 1000; i += 1) vault.createDataKey(binding)
      })
    }
    await within(5_000, async () => (await usesOf(db)) >= 1 + 3 * 65_536)
    const uses = await usesOf(db)
    assert.ok(uses >= 150_000 && uses <= 150_000 + 2 * 65_536, `${uses} uses`)
    // The next process counts on from there.
    await openCountedVault(db, ring, instanceId)
    assert.equal(await usesOf(db), uses + 65_536)
  })
}

test('without a reservation nothing is wrapped: the count never runs behind', async (t) => {
  const { db } = await openKind(t, testDatabases[0]!)
  await migrate(db)
  const ring = newRing()
  const { instanceId } = await ensureInstance(db, ring, 'id', 1)
  let down = false
  const failing: Db = {
    ...db,
    write: (work) => (down ? Promise.reject(new Error('down')) : db.write(work)),
  }
  const vault = await openCountedVault(failing, ring, instanceId)
  down = true
  const wrap = () => vault.createDataKey(binding)
  for (let i = 0; i < 65_536; i += 1) wrap()
  assert.throws(wrap, /no reserved uses/)
  assert.equal(await usesOf(db), 1 + 65_536)
})

test('a key near 2^32 uses is refused before it seals once more', async (t) => {
  const { db } = await openKind(t, testDatabases[0]!)
  await migrate(db)
  const ring = newRing()
  const { instanceId } = await ensureInstance(db, ring, 'id', 1)
  await db.write((tx) =>
    tx
      .updateTable('vault_keys')
      .set({ uses: 2 ** 32 - 2 ** 24 })
      .execute(),
  )
  await assert.rejects(
    () => openCountedVault(db, ring, instanceId),
    (error: Error) => error instanceof WrongKeys && error.message.includes(ring[0].id),
  )
  // With a new key first it goes on, and the old one still opens.
  const renewed = [newRing()[0], ...ring] as const
  await ensureInstance(db, renewed, 'id', 2)
  const vault = await openCountedVault(db, renewed, instanceId)
  assert.ok(vault.createDataKey(binding).includes(renewed[0].id))
})
