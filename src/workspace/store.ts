/** Owns every query on workspaces and members. */
import type { Reader, Tx } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'

export type Workspace = Tables['workspaces']

/** The one workspace of this server, or undefined before the first start. */
export const findWorkspace = (db: Reader): Promise<Workspace | undefined> =>
  db.selectFrom('workspaces').selectAll().orderBy('created_at').limit(1).executeTakeFirst()

export async function insertWorkspace(tx: Tx, row: Workspace): Promise<void> {
  await tx.insertInto('workspaces').values(row).execute()
}

export async function insertMember(tx: Tx, row: Tables['members']): Promise<void> {
  await tx.insertInto('members').values(row).execute()
}
