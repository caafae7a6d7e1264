/** Owns clearing a table of what is over, a few rows at a time: no sweep holds the database for long. */
import type { Tx } from './open.ts'

/** Table -> its key. Each has a column `expires_at` with an index. */
const keys = { connect_tokens: 'digest', connect_attempts: 'id', connect_handovers: 'id' } as const

/** Removes at most `limit` rows that expired before `before` (milliseconds), the oldest first. Returns how many went. */
export async function deleteExpired(
  tx: Tx,
  table: keyof typeof keys,
  before: number,
  limit: number,
): Promise<number> {
  // One of the three stands for all: they have the two columns in common.
  const name = table as 'connect_attempts'
  const key = keys[table] as 'id'
  const due = await tx
    .selectFrom(name)
    .select(key)
    .where('expires_at', '<', before)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  if (due.length === 0) return 0
  await tx
    .deleteFrom(name)
    .where(
      key,
      'in',
      due.map((row) => row[key]),
    )
    .execute()
  return due.length
}
