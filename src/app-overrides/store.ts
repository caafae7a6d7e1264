/** Owns every query on app overrides. They belong to the project: both of its environments see them. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader, Tx } from '../db/open.ts'
import { type Page, type PageRequest, readPage } from '../db/pages.ts'
import type { Tables } from '../db/tables.ts'

type Row = Tables['app_overrides']
type Project = Pick<ProjectEnvironment, 'projectId'>

/** With its field values read. */
export interface AppOverrideRow extends Omit<Row, 'cfmap'> {
  cfmap: Record<string, string>
}

const readRow = (row: Row): AppOverrideRow => ({
  ...row,
  cfmap: JSON.parse(row.cfmap) as Record<string, string>,
})

/** Ids arrive as any text; what cannot be one of ours never reaches the database. */
const isAppOverrideId = (text: string) => /^ao_[0-9A-Za-z]{1,60}$/.test(text)

export async function findAppOverrideRow(
  db: Reader,
  env: Project,
  id: string,
): Promise<AppOverrideRow | undefined> {
  if (!isAppOverrideId(id)) return undefined
  const row = await db
    .selectFrom('app_overrides')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && readRow(row)
}

/** A name is used once for each app. */
export async function findAppOverrideByName(
  db: Reader,
  env: Project,
  appSlug: string,
  name: string,
): Promise<AppOverrideRow | undefined> {
  const row = await db
    .selectFrom('app_overrides')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('app_slug', '=', appSlug)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && readRow(row)
}

export async function listAppOverrideRows(
  db: Reader,
  env: Project,
  appSlug: string | undefined,
  page: PageRequest,
): Promise<Page<AppOverrideRow>> {
  const query = db
    .selectFrom('app_overrides')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .$if(appSlug !== undefined, (narrowed) => narrowed.where('app_slug', '=', appSlug!))
  const { rows, ...cursors } = await readPage(query, page)
  return { rows: rows.map(readRow), ...cursors }
}

export async function insertAppOverride(tx: Tx, row: AppOverrideRow): Promise<void> {
  await tx
    .insertInto('app_overrides')
    .values({ ...row, cfmap: JSON.stringify(row.cfmap) })
    .execute()
}

export async function updateAppOverrideRow(tx: Tx, env: Project, row: AppOverrideRow): Promise<void> {
  const { id, name, oauth_app_id, cfmap, updated_at } = row
  await tx
    .updateTable('app_overrides')
    .set({ name, oauth_app_id, cfmap: JSON.stringify(cfmap), updated_at })
    .where('project_id', '=', env.projectId)
    .where('id', '=', id)
    .execute()
}

/** Returns what was deleted. */
export async function deleteAppOverrideRow(
  tx: Tx,
  env: Project,
  id: string,
): Promise<{ app_slug: string } | undefined> {
  if (!isAppOverrideId(id)) return undefined
  return tx
    .deleteFrom('app_overrides')
    .where('project_id', '=', env.projectId)
    .where('id', '=', id)
    .returning('app_slug')
    .executeTakeFirst()
}
