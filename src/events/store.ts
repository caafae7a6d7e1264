/** Owns every query on events. */
import type { Tx } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'

export type EventRow = Tables['events']

export async function insertEvent(tx: Tx, row: EventRow): Promise<void> {
  await tx.insertInto('events').values(row).execute()
}
