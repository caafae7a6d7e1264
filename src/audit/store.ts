/** Owns the queries on audit entries. They are only ever added. */
import type { Tx } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'

export async function insertAuditEntry(tx: Tx, row: Tables['audit_entries']): Promise<void> {
  await tx.insertInto('audit_entries').values(row).execute()
}
