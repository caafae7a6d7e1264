/** Owns every query on API clients, signing keys and denials. */
import type { Reader, Tx } from '../db/open.ts'
import type { EnvironmentName, Tables } from '../db/tables.ts'

type Row = Tables['api_clients']

/** An API client with its lists read; `projectIds` and `environments` null mean all. */
export interface ApiClient extends Omit<Row, 'scopes' | 'project_ids' | 'environments'> {
  scopes: string[]
  projectIds: string[] | null
  environments: EnvironmentName[] | null
}

function readRow({ scopes, project_ids, environments, ...row }: Row): ApiClient {
  return {
    ...row,
    scopes: JSON.parse(scopes) as string[],
    projectIds: project_ids === null ? null : (JSON.parse(project_ids) as string[]),
    environments: environments === null ? null : (JSON.parse(environments) as EnvironmentName[]),
  }
}

/** By id alone: this is how a client proves which workspace it belongs to. */
export async function findApiClient(db: Reader, id: string): Promise<ApiClient | undefined> {
  const row = await db.selectFrom('api_clients').selectAll().where('id', '=', id).executeTakeFirst()
  return row && readRow(row)
}

export async function listApiClients(db: Reader, workspaceId: string): Promise<ApiClient[]> {
  const rows = await db
    .selectFrom('api_clients')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(readRow)
}

export async function insertApiClient(tx: Tx, client: ApiClient): Promise<void> {
  const { scopes, projectIds, environments, ...row } = client
  await tx
    .insertInto('api_clients')
    .values({
      ...row,
      scopes: JSON.stringify(scopes),
      project_ids: projectIds && JSON.stringify(projectIds),
      environments: environments && JSON.stringify(environments),
    })
    .execute()
}

type Change = Partial<
  Pick<
    Row,
    | 'secret_digest'
    | 'previous_secret_digest'
    | 'previous_secret_expires_at'
    | 'token_generation'
    | 'disabled_at'
    | 'updated_at'
  >
>

/** False when the workspace has no such client. */
export async function updateApiClient(
  tx: Tx,
  workspaceId: string,
  id: string,
  change: Change,
): Promise<boolean> {
  const result = await tx
    .updateTable('api_clients')
    .set(change)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function deleteApiClientRow(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('api_clients')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function touchApiClient(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable('api_clients').set({ last_used_at: now }).where('id', '=', id).execute()
}

export const listSigningKeys = (db: Reader): Promise<Tables['signing_keys'][]> =>
  db.selectFrom('signing_keys').selectAll().orderBy('active_at').orderBy('id').execute()

export async function insertSigningKey(tx: Tx, row: Tables['signing_keys']): Promise<void> {
  await tx.insertInto('signing_keys').values(row).execute()
}

/** Every key that may still sign stops verifying at `retiresAt`. */
export async function retireSigningKeys(tx: Tx, retiresAt: number): Promise<void> {
  await tx
    .updateTable('signing_keys')
    .set({ retires_at: retiresAt })
    .where('retires_at', 'is', null)
    .execute()
}

export async function deleteSigningKey(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.deleteFrom('signing_keys').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function insertDenial(tx: Tx, row: Tables['denials']): Promise<void> {
  await tx
    .insertInto('denials')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

export async function listDenials(db: Reader, now: number): Promise<string[]> {
  const rows = await db.selectFrom('denials').select('id').where('expires_at', '>', now).execute()
  return rows.map((row) => row.id)
}

export async function deleteExpiredDenials(tx: Tx, before: number): Promise<void> {
  await tx.deleteFrom('denials').where('expires_at', '<', before).execute()
}
