/** Owns every query on Connect tokens. The token itself is never here: only its digest. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { compileOnce } from '../db/compile-once.ts'
import type { Reader, Tx } from '../db/open.ts'
import type { EnvironmentName, Tables } from '../db/tables.ts'

type Row = Tables['connect_tokens']

export interface ConnectTokenOptions {
  success_redirect_uri: string | null
  error_redirect_uri: string | null
  webhook_uri: string | null
  allow_progressive_scopes: boolean
}

/** A Connect token with its lists read. */
export interface ConnectToken extends Omit<Row, 'scopes' | 'allowed_origins' | 'options'> {
  scopes: string[]
  allowedOrigins: string[] | null
  options: ConnectTokenOptions
}

function readRow({ scopes, allowed_origins, options, ...row }: Row): ConnectToken {
  return {
    ...row,
    scopes: JSON.parse(scopes) as string[],
    allowedOrigins: allowed_origins === null ? null : (JSON.parse(allowed_origins) as string[]),
    options: JSON.parse(options) as ConnectTokenOptions,
  }
}

/** By digest alone: a Connect token is its own proof of project, environment and user. */
export async function findConnectToken(db: Reader, digest: string): Promise<ConnectToken | undefined> {
  const row = await db
    .selectFrom('connect_tokens')
    .selectAll()
    .where('digest', '=', digest)
    .executeTakeFirst()
  return row && readRow(row)
}

const insertRow = compileOnce((db, row: Row) => db.insertInto('connect_tokens').values(row))

export async function insertConnectToken(tx: Tx, token: ConnectToken): Promise<void> {
  const { scopes, allowedOrigins, options, ...row } = token
  await insertRow(tx, {
    ...row,
    scopes: JSON.stringify(scopes),
    allowed_origins: allowedOrigins && JSON.stringify(allowedOrigins),
    options: JSON.stringify(options),
  })
}

/** Compare-and-set: false when the token was consumed already or has expired. */
export async function markConsumed(
  tx: Tx,
  digest: string,
  change: { consumed_at: number; consumed_by: string; account_id: string },
  notExpiredAt: number,
): Promise<boolean> {
  const result = await tx
    .updateTable('connect_tokens')
    .set(change)
    .where('digest', '=', digest)
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', notExpiredAt)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Here and not in accounts/, which imports this room. */
export const findAccountOfUser = (
  db: Reader,
  env: ProjectEnvironment,
  id: string,
  externalUserId: string,
): Promise<Pick<Tables['accounts'], 'id' | 'app_slug' | 'oauth_app_id' | 'name'> | undefined> =>
  db
    .selectFrom('accounts')
    .select(['id', 'app_slug', 'oauth_app_id', 'name'])
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .where('external_user_id', '=', externalUserId)
    .where('id', '=', id)
    .executeTakeFirst()

export async function markDisclosed(tx: Tx, digest: string, now: number): Promise<void> {
  await tx
    .updateTable('connect_tokens')
    .set({ disclosed_at: now })
    .where('digest', '=', digest)
    .where('disclosed_at', 'is', null)
    .execute()
}

export async function deleteConnectTokensOf(
  tx: Tx,
  user: { project_id: string; environment: EnvironmentName; external_user_id: string },
): Promise<void> {
  await tx
    .deleteFrom('connect_tokens')
    .where('project_id', '=', user.project_id)
    .where('environment', '=', user.environment)
    .where('external_user_id', '=', user.external_user_id)
    .execute()
}
