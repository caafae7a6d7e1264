/** Owns every query on external users. */
import { sql } from 'kysely'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { compileOnce } from '../db/compile-once.ts'
import type { Reader, Tx } from '../db/open.ts'
import { type Page, type PageRequest, readPage } from '../db/pages.ts'
import type { Tables } from '../db/tables.ts'

export type ExternalUserRow = Tables['external_users']

const selectByExternalId = compileOnce(
  (db, user: Pick<ExternalUserRow, 'project_id' | 'environment' | 'external_id'>) =>
    db
      .selectFrom('external_users')
      .selectAll()
      .where('project_id', '=', user.project_id)
      .where('environment', '=', user.environment)
      .where('external_id', '=', user.external_id),
)

export async function findExternalUser(
  db: Reader,
  env: ProjectEnvironment,
  externalId: string,
): Promise<ExternalUserRow | undefined> {
  const { projectId: project_id, environment } = env
  const [row] = await selectByExternalId(db, { project_id, environment, external_id: externalId })
  return row
}

/** True when this call added the row; false when it was there already. */
export async function insertExternalUser(tx: Tx, row: ExternalUserRow): Promise<boolean> {
  const result = await tx
    .insertInto('external_users')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'environment', 'external_id']).doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function deleteExternalUserRow(tx: Tx, env: ProjectEnvironment, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('external_users')
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** `part` matches anywhere in the id, literally: `%` and `_` mean themselves. */
export function listExternalUserRows(
  db: Reader,
  env: ProjectEnvironment,
  part: string | undefined,
  page: PageRequest,
): Promise<Page<ExternalUserRow>> {
  let query = db
    .selectFrom('external_users')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
  if (part !== undefined) {
    const escaped = part.replace(/[\\%_]/g, (c) => `\\${c}`)
    // Without naming it, SQLite knows no escape character.
    query = query.where(sql<boolean>`external_id like ${`%${escaped}%`} escape '\\'`)
  }
  return readPage(query, page)
}
