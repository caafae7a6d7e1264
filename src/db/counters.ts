/** Owns kept totals: raised and lowered in the transaction that adds or removes rows, read by key. */
import { sql } from 'kysely'
import type { Reader, Tx } from './open.ts'

/** One key per filter that a list can be asked for; parts are quoted, so no id can forge another key. */
export const counterKey = (name: string, ...parts: (string | null)[]): string =>
  JSON.stringify([name, ...parts])

/** Adds `amount` (which may be negative) to each key. Keys are taken in order, so that two transactions never wait crosswise. */
export async function addToCounters(tx: Tx, keys: readonly string[], amount: number): Promise<void> {
  if (keys.length === 0 || amount === 0) return
  await tx
    .insertInto('counters')
    .values(keys.toSorted().map((key) => ({ key, value: amount })))
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ value: sql`counters.value + excluded.value` }),
    )
    .execute()
}

export async function readCounter(db: Reader, key: string): Promise<number> {
  const row = await db.selectFrom('counters').select('value').where('key', '=', key).executeTakeFirst()
  return row?.value ?? 0
}
