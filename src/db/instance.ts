/** Owns what makes this installation itself: its id, and the vault keys its data was sealed with. */
import { sql } from 'kysely'
import type { KeyRing } from '../platform/crypto/key-ring.ts'
import { openVault, type Vault } from '../platform/crypto/vault.ts'
import type { Db, Reader } from './open.ts'

/** The keys given are not those of this data. Nothing was written. */
export class WrongKeys extends Error {
  override readonly name = 'WrongKeys'
}

export interface KnownInstance {
  instanceId: string
  keys: { id: string; checkValue: string; uses: number }[]
}

/** Undefined for a database that has never been started. Reads only; works before any migration. */
export async function readInstance(read: Reader): Promise<KnownInstance | undefined> {
  const tables = await read.introspection.getTables()
  if (!tables.some((table) => table.name === 'instance')) return undefined
  const row = await read.selectFrom('instance').selectAll().executeTakeFirst()
  if (!row) return undefined
  const keys = await read.selectFrom('vault_keys').selectAll().orderBy('created_at').execute()
  return {
    instanceId: row.instance_id,
    keys: keys.map((key) => ({ id: key.id, checkValue: key.check_value, uses: key.uses })),
  }
}

const bindingOf = (id: string) => ({ table: 'vault_keys', column: 'check_value', row: id })
const CHECK_TEXT = 'headgate vault key'

/** @throws WrongKeys naming the ids the data knows, before anything is written */
export function checkKeys(known: KnownInstance, ring: KeyRing): void {
  const names = known.keys.map((key) => key.id).join(', ')
  for (const { id, checkValue } of known.keys) {
    const key = ring.find((one) => one.id === id)
    if (!key) {
      const given = ring.map((one) => one.id).join(', ')
      throw new WrongKeys(
        `the data is sealed with the keys ${names}; ${id} is missing from the keys given (${given})`,
      )
    }
    try {
      openVault([key], known.instanceId).open(bindingOf(id), checkValue)
    } catch (cause) {
      throw new WrongKeys(
        `the key given as ${id} is not the one the data was sealed with; the data knows ${names}`,
        { cause },
      )
    }
  }
}

/** Adds what is missing: the instance row at the very first start, and a row for every key that is new. */
export async function ensureInstance(
  db: Db,
  ring: KeyRing,
  newInstanceId: string,
  now: number,
): Promise<KnownInstance> {
  await db.write(async (tx) => {
    await tx
      .insertInto('instance')
      .values({ id: 'this', instance_id: newInstanceId, created_at: now })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    const { instance_id } = await tx.selectFrom('instance').select('instance_id').executeTakeFirstOrThrow()
    for (const key of ring) {
      await tx
        .insertInto('vault_keys')
        .values({
          id: key.id,
          check_value: openVault([key], instance_id).seal(bindingOf(key.id), CHECK_TEXT),
          uses: 1,
          created_at: now,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    }
  })
  const known = await readInstance(db.read)
  if (!known) throw new Error('the instance row is missing after it was written')
  // Two processes may have made a key each at the same first start: the one whose row is there wins, the other is refused here.
  checkKeys(known, ring)
  return known
}

/** NIST SP 800-38D section 8.3: at most 2^32 random nonces per key. We stop well before. */
const MAX_USES = 2 ** 32 - 2 ** 24
const BLOCK = 2 ** 16

/**
 * Opens the vault and counts how often its newest key wraps. Uses are reserved in blocks before they happen, so a crash can only overcount.
 * @throws WrongKeys when the key is used up
 */
export async function openCountedVault(db: Db, ring: KeyRing, instanceId: string): Promise<Vault> {
  const { id } = ring[0]
  let left = 0
  let reserving: Promise<void> | undefined

  const reserve = async (): Promise<void> => {
    const uses = await db.write(async (tx) => {
      await tx
        .updateTable('vault_keys')
        .set({ uses: sql`uses + ${BLOCK}` })
        .where('id', '=', id)
        .execute()
      return (await tx.selectFrom('vault_keys').select('uses').where('id', '=', id).executeTakeFirstOrThrow())
        .uses
    })
    if (uses > MAX_USES)
      throw new WrongKeys(`the vault key ${id} has been used 2^32 times; put a new key first in the ring`)
    left += BLOCK
  }
  await reserve()

  return openVault(ring, instanceId, () => {
    if (left === 0) throw new Error(`the vault key ${id} has no reserved uses left`)
    left -= 1
    if (left < BLOCK / 2) {
      // A failed reservation is tried again at the next use; half a block is left until then.
      reserving ??= reserve()
        .catch(() => {})
        .finally(() => (reserving = undefined))
    }
  })
}
