/** Owns every query on webhooks and deliveries. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader, Tx } from '../db/open.ts'
import { type Page, type PageRequest, readPage } from '../db/pages.ts'
import type { Tables } from '../db/tables.ts'
import type { EventRow } from './event-envelope.ts'

export type WebhookRow = Tables['webhooks']
export type DeliveryRow = Tables['deliveries']

export const findWebhook = (db: Reader, env: ProjectEnvironment): Promise<WebhookRow | undefined> =>
  db
    .selectFrom('webhooks')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .executeTakeFirst()

/** False when there is one already. */
export async function insertWebhook(tx: Tx, row: WebhookRow): Promise<boolean> {
  const result = await tx
    .insertInto('webhooks')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'environment']).doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export const updateWebhook = (
  tx: Tx,
  env: ProjectEnvironment,
  change: Partial<WebhookRow>,
): Promise<WebhookRow | undefined> =>
  tx
    .updateTable('webhooks')
    .set(change)
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .returningAll()
    .executeTakeFirst()

export const deleteWebhookRow = (tx: Tx, env: ProjectEnvironment): Promise<WebhookRow | undefined> =>
  tx
    .deleteFrom('webhooks')
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .returningAll()
    .executeTakeFirst()

/** For background work, so over all tenants; webhooks are few. */
export async function deleteSpentSigningKeys(tx: Tx, now: number): Promise<number> {
  const result = await tx
    .updateTable('webhooks')
    .set({ previous_signing_key: null, previous_signing_key_until: null })
    .where('previous_signing_key_until', '<=', now)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

export async function markWebhookFailing(tx: Tx, id: string, now: number): Promise<void> {
  await tx
    .updateTable('webhooks')
    .set({ failing_since: now })
    .where('id', '=', id)
    .where('failing_since', 'is', null)
    .execute()
}

export async function markWebhookWorking(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('webhooks')
    .set({ failing_since: null })
    .where('id', '=', id)
    .where('failing_since', 'is not', null)
    .execute()
}

export async function isWebhookDisabled(db: Reader, id: string): Promise<boolean> {
  const row = await db.selectFrom('webhooks').select('disabled_at').where('id', '=', id).executeTakeFirst()
  return row !== undefined && row.disabled_at !== null
}

/** False when it does not point to `url` any more: whoever wants no more is not whom it asks now. */
export async function disableWebhook(tx: Tx, id: string, url: string, now: number): Promise<boolean> {
  const result = await tx
    .updateTable('webhooks')
    .set({ disabled_at: now })
    .where('id', '=', id)
    .where('url', '=', url)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function insertDelivery(tx: Tx, row: DeliveryRow): Promise<void> {
  await tx.insertInto('deliveries').values(row).execute()
}

/** By id, at most `limit` of those after `after`. Returns the last id; undefined when there are no more. */
export async function changeNextDeliveries(
  tx: Tx,
  {
    webhookId,
    status,
    after,
    limit,
  }: { webhookId: string; status: DeliveryRow['status']; after: string; limit: number },
  change: Partial<DeliveryRow>,
): Promise<string | undefined> {
  const rows = await tx
    .selectFrom('deliveries')
    .select('id')
    .where('webhook_id', '=', webhookId)
    .where('status', '=', status)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  if (rows.length === 0) return undefined
  const ids = rows.map(({ id }) => id)
  // Whose status has changed since they were read, they stay as they are.
  await tx.updateTable('deliveries').set(change).where('id', 'in', ids).where('status', '=', status).execute()
  return ids.at(-1)
}

export const listDeliveryRows = (
  db: Reader,
  env: ProjectEnvironment,
  status: DeliveryRow['status'] | undefined,
  page: PageRequest,
): Promise<Page<DeliveryRow>> =>
  readPage(
    db
      .selectFrom('deliveries')
      .selectAll()
      .where('project_id', '=', env.projectId)
      .where('environment', '=', env.environment)
      .$if(status !== undefined, (query) => query.where('status', '=', status!)),
    page,
  )

export const findDelivery = (
  db: Reader,
  env: ProjectEnvironment,
  id: string,
): Promise<DeliveryRow | undefined> =>
  db
    .selectFrom('deliveries')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .where('id', '=', id)
    .executeTakeFirst()

export async function resumeDelivery(tx: Tx, id: string, change: Partial<DeliveryRow>): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ ...change, status: 'pending' })
    .where('id', '=', id)
    .execute()
}

/** Id -> what happened to whom. */
export async function findEventFacts(
  db: Reader,
  ids: readonly string[],
): Promise<Map<string, Pick<EventRow, 'type' | 'account_id'>>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('events')
    .select(['id', 'type', 'account_id'])
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map(({ id, ...facts }) => [id, facts]))
}
