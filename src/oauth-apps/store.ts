/** Owns every query on OAuth apps and on which of them is an app's default. */
import { sql } from 'kysely'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader, Tx } from '../db/open.ts'
import { type Page, type PageRequest, readPage } from '../db/pages.ts'
import type { Tables } from '../db/tables.ts'

type Row = Tables['oauth_apps']

/** An OAuth app with its lists read; the client secret is still sealed. */
export interface OAuthAppRow extends Omit<Row, 'scopes' | 'additional_scopes'> {
  scopes: string[] | null
  additional_scopes: string[] | null
}

/** OAuth apps belong to the project: both of its environments see them. */
type Project = Pick<ProjectEnvironment, 'projectId'>

const readList = (text: string | null) => (text === null ? null : (JSON.parse(text) as string[]))
const writeList = (list: readonly string[] | null) => (list === null ? null : JSON.stringify(list))

const readRow = (row: Row): OAuthAppRow => ({
  ...row,
  scopes: readList(row.scopes),
  additional_scopes: readList(row.additional_scopes),
})

/** Ids arrive as any text; what cannot be one of ours never reaches the database, which may refuse it (NUL in PostgreSQL). */
const isOAuthAppId = (text: string) => /^oa_[0-9A-Za-z]{1,60}$/.test(text)

export async function findOAuthAppRow(
  db: Reader,
  env: Project,
  id: string,
): Promise<OAuthAppRow | undefined> {
  if (!isOAuthAppId(id)) return undefined
  const row = await db
    .selectFrom('oauth_apps')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && readRow(row)
}

/** For a call of a provider, which knows an OAuth app only by the id in its callback address: the tenant is in the row. */
export async function findAnyOAuthAppRow(
  db: Reader,
  id: string,
): Promise<(OAuthAppRow & { workspace_id: string }) | undefined> {
  if (!isOAuthAppId(id)) return undefined
  const row = await db
    .selectFrom('oauth_apps')
    .innerJoin('projects', 'projects.id', 'oauth_apps.project_id')
    .selectAll('oauth_apps')
    .select('projects.workspace_id')
    .where('oauth_apps.id', '=', id)
    .executeTakeFirst()
  return row && { ...readRow(row), workspace_id: row.workspace_id }
}

export async function findDefaultOAuthAppRow(
  db: Reader,
  env: ProjectEnvironment,
  appSlug: string,
): Promise<OAuthAppRow | undefined> {
  const row = await db
    .selectFrom('default_oauth_apps')
    .innerJoin('oauth_apps', 'oauth_apps.id', 'default_oauth_apps.oauth_app_id')
    .selectAll('oauth_apps')
    .where('default_oauth_apps.project_id', '=', env.projectId)
    .where('default_oauth_apps.environment', '=', env.environment)
    .where('default_oauth_apps.app_slug', '=', appSlug)
    .where('oauth_apps.project_id', '=', env.projectId)
    .executeTakeFirst()
  return row && readRow(row)
}

export interface OAuthAppFilters {
  appSlug?: string | undefined
  /** Anywhere in the name or the client id, literally: `%` and `_` mean themselves. */
  q?: string | undefined
}

export async function listOAuthAppRows(
  db: Reader,
  env: Project,
  { appSlug, q }: OAuthAppFilters,
  page: PageRequest,
): Promise<Page<OAuthAppRow>> {
  const part = `%${(q ?? '').replace(/[\\%_]/g, (character) => `\\${character}`)}%`
  const query = db
    .selectFrom('oauth_apps')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .$if(appSlug !== undefined, (narrowed) => narrowed.where('app_slug', '=', appSlug!))
    .$if(q !== undefined, (narrowed) =>
      narrowed.where((eb) =>
        // SQLite has no escape character unless told; its `like` ignores case, PostgreSQL's does not.
        eb.or([
          sql<boolean>`lower(${eb.ref('name')}) like lower(${part}) escape '\\'`,
          sql<boolean>`lower(${eb.ref('client_id')}) like lower(${part}) escape '\\'`,
        ]),
      ),
    )
  const { rows, ...cursors } = await readPage(query, page)
  return { rows: rows.map(readRow), ...cursors }
}

export async function insertOAuthApp(tx: Tx, app: OAuthAppRow): Promise<void> {
  await tx
    .insertInto('oauth_apps')
    .values({
      ...app,
      scopes: writeList(app.scopes),
      additional_scopes: writeList(app.additional_scopes),
    })
    .execute()
}

export type OAuthAppChange = Partial<Omit<OAuthAppRow, 'id' | 'project_id' | 'app_slug' | 'created_at'>>

/** The row as it is then; undefined when the project has none of that id. */
export async function updateOAuthAppRow(
  tx: Tx,
  env: Project,
  id: string,
  { scopes, additional_scopes, ...change }: OAuthAppChange,
): Promise<OAuthAppRow | undefined> {
  if (!isOAuthAppId(id)) return undefined
  const row = await tx
    .updateTable('oauth_apps')
    .set({
      ...change,
      ...(scopes === undefined ? {} : { scopes: writeList(scopes) }),
      ...(additional_scopes === undefined ? {} : { additional_scopes: writeList(additional_scopes) }),
    })
    .where('project_id', '=', env.projectId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && readRow(row)
}

/** Returns what was deleted. Where it was a default, that ends with it (foreign key). */
export async function deleteOAuthAppRow(tx: Tx, env: Project, id: string): Promise<Row | undefined> {
  if (!isOAuthAppId(id)) return undefined
  return tx
    .deleteFrom('oauth_apps')
    .where('project_id', '=', env.projectId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

/** Asked here and not in accounts/, which imports this room. Both environments are named so that the index serves. */
export async function isUsedByAccounts(db: Reader, env: Project, id: string): Promise<boolean> {
  const account = await db
    .selectFrom('accounts')
    .select('id')
    .where('project_id', '=', env.projectId)
    .where('environment', 'in', ['development', 'production'])
    .where('oauth_app_id', '=', id)
    .limit(1)
    .executeTakeFirst()
  return account !== undefined
}

/** Accounts whose refresh failed for the client's sake, or a setting's, are due at once, whatever has become of their back-off. */
export async function retryRefusedClient(tx: Tx, env: Project, id: string, now: number): Promise<void> {
  const waiting = await tx
    .updateTable('credentials')
    .set({ failures: 0, retry_at: now })
    .where('failure_kind', '=', 'configuration')
    .where('account_id', 'in', (query) =>
      query
        .selectFrom('accounts')
        .select('id')
        .where('project_id', '=', env.projectId)
        .where('environment', 'in', ['development', 'production'])
        .where('oauth_app_id', '=', id)
        .where('next_refresh_at', '>', now),
    )
    .executeTakeFirst()
  if (waiting.numUpdatedRows === 0n) return
  await tx
    .updateTable('accounts')
    .set({ next_refresh_at: now })
    .where('project_id', '=', env.projectId)
    .where('environment', 'in', ['development', 'production'])
    .where('oauth_app_id', '=', id)
    .where('next_refresh_at', '>', now)
    .where('id', 'in', (query) =>
      query.selectFrom('credentials').select('account_id').where('failure_kind', '=', 'configuration'),
    )
    .execute()
}

/** As above, of app-overrides/. */
export async function isUsedByOverrides(db: Reader, env: Project, id: string): Promise<boolean> {
  const override = await db
    .selectFrom('app_overrides')
    .select('id')
    .where('project_id', '=', env.projectId)
    .where('oauth_app_id', '=', id)
    .limit(1)
    .executeTakeFirst()
  return override !== undefined
}

/** Those that a repeated creation may mean. */
export async function listOAuthAppsOfClient(
  tx: Tx,
  env: Project,
  appSlug: string,
  clientId: string,
): Promise<OAuthAppRow[]> {
  const rows = await tx
    .selectFrom('oauth_apps')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('app_slug', '=', appSlug)
    .where('client_id', '=', clientId)
    .orderBy('created_at')
    .execute()
  return rows.map(readRow)
}

/**
 * What is still to be revoked with it keeps its client, sealed as it was. Written here and not in revocations/, which imports this room.
 */
export async function keepClientForRevocations(tx: Tx, { id, client_id, client_secret }: Row): Promise<void> {
  await tx
    .updateTable('revocations')
    .set({ client_id, client_secret })
    .where('oauth_app_id', '=', id)
    .where('next_attempt_at', 'is not', null)
    .execute()
}

type DefaultRow = Tables['default_oauth_apps']

export const listDefaultRows = (db: Reader, env: ProjectEnvironment): Promise<DefaultRow[]> =>
  db
    .selectFrom('default_oauth_apps')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .orderBy('app_slug')
    .execute()

/** For both environments, where none is set. */
export async function insertMissingDefaults(tx: Tx, row: Omit<DefaultRow, 'environment'>): Promise<void> {
  await tx
    .insertInto('default_oauth_apps')
    .values([
      { ...row, environment: 'development' },
      { ...row, environment: 'production' },
    ])
    .onConflict((conflict) => conflict.columns(['project_id', 'environment', 'app_slug']).doNothing())
    .execute()
}

export async function upsertDefault(tx: Tx, row: DefaultRow): Promise<void> {
  await tx
    .insertInto('default_oauth_apps')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['project_id', 'environment', 'app_slug'])
        .doUpdateSet({ oauth_app_id: row.oauth_app_id }),
    )
    .execute()
}

export async function deleteDefault(tx: Tx, env: ProjectEnvironment, appSlug: string): Promise<void> {
  await tx
    .deleteFrom('default_oauth_apps')
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .where('app_slug', '=', appSlug)
    .execute()
}
