/** Owns every query on projects. */
import type { Reader, Tx } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'

export type Project = Tables['projects']

/** By id alone: the directory asks whose it is, before anybody's right to it is judged. */
export const findProject = (db: Reader, id: string): Promise<Project | undefined> =>
  db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst()

export async function insertProject(tx: Tx, row: Project): Promise<void> {
  await tx.insertInto('projects').values(row).execute()
}
