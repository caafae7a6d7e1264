/** Owns every query on revocations and on the batches they were scheduled in. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader, Tx } from '../db/open.ts'
import { type Page, type PageRequest, readPage } from '../db/pages.ts'
import type { Tables } from '../db/tables.ts'

export type RevocationRow = Tables['revocations']
export type BatchRow = Tables['revocation_batches']

export async function insertRevocation(tx: Tx, row: RevocationRow): Promise<void> {
  await tx.insertInto('revocations').values(row).execute()
}

/**
 * Takes up to `limit` that are due, each for as long as the lease. Two processes never get the same: the second finds the lease of the first.
 * For background work, so over all tenants; the row names its own.
 */
export async function claimDueRevocations(
  tx: Tx,
  now: number,
  leaseUntil: number,
  limit: number,
  exceptApps: readonly string[] = [],
): Promise<RevocationRow[]> {
  const due = tx
    .selectFrom('revocations')
    .select('id')
    .where('next_attempt_at', '<=', now)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .$if(exceptApps.length > 0, (query) => query.where('app_slug', 'not in', exceptApps))
    .orderBy('next_attempt_at')
    .orderBy('id')
    .limit(limit)
  return (
    tx
      .updateTable('revocations')
      .set((eb) => ({ lease_until: leaseUntil, attempts: eb('attempts', '+', 1) }))
      .where('id', 'in', due)
      // Again: on PostgreSQL the rows of the subquery may have been taken while this statement waited for them.
      .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
      .returningAll()
      .execute()
  )
}

/** False when it was no longer pending. */
export async function updatePendingRevocation(
  tx: Tx,
  id: string,
  change: Partial<RevocationRow>,
): Promise<boolean> {
  const result = await tx
    .updateTable('revocations')
    .set(change)
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export const findRevocationRow = (
  db: Reader,
  env: ProjectEnvironment,
  id: string,
): Promise<RevocationRow | undefined> =>
  db
    .selectFrom('revocations')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .executeTakeFirst()

export interface RevocationFilters {
  status?: RevocationRow['status'] | undefined
  accountId?: string | undefined
  batchId?: string | undefined
}

export const listRevocationRows = (
  db: Reader,
  env: ProjectEnvironment,
  { status, accountId, batchId }: RevocationFilters,
  page: PageRequest,
): Promise<Page<RevocationRow>> =>
  readPage(
    db
      .selectFrom('revocations')
      .selectAll()
      .where('project_id', '=', env.projectId)
      .where('environment', '=', env.environment)
      .$if(status !== undefined, (q) => q.where('status', '=', status!))
      .$if(accountId !== undefined, (q) => q.where('account_id', '=', accountId!))
      .$if(batchId !== undefined, (q) => q.where('batch_id', '=', batchId!)),
    page,
  )

export interface BatchCount {
  app_slug: string
  status: RevocationRow['status']
  reason: string | null
  accounts: number
}

/** Receipts of one batch by app, status and reason. Counted, because a batch is one act and its receipts are few beside the accounts. */
export async function countBatch(
  db: Reader,
  env: ProjectEnvironment,
  batchId: string,
): Promise<BatchCount[]> {
  const rows = await db
    .selectFrom('revocations')
    .select(({ fn }) => ['app_slug', 'status', 'reason', fn.countAll<number | string>().as('accounts')])
    .where('batch_id', '=', batchId)
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .groupBy(['app_slug', 'status', 'reason'])
    .orderBy('app_slug')
    .orderBy('status')
    .execute()
  return rows.map((row) => ({ ...row, accounts: Number(row.accounts) }))
}

export async function insertBatch(tx: Tx, row: BatchRow): Promise<void> {
  await tx.insertInto('revocation_batches').values(row).execute()
}

/** Those that are not finished, oldest first: for background work, over all tenants. */
export const listUnfinishedBatches = (db: Reader): Promise<BatchRow[]> =>
  db
    .selectFrom('revocation_batches')
    .selectAll()
    .where('finished_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()

/** Moves a batch from the state `seen`, and so takes its next step for this transaction. False when another process was faster. */
export async function updateBatch(tx: Tx, seen: BatchRow, change: Partial<BatchRow>): Promise<boolean> {
  const result = await tx
    .updateTable('revocation_batches')
    .set(change)
    .where('id', '=', seen.id)
    .where('last_account_id', '=', seen.last_account_id)
    .where('finished_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Removes at most `limit` receipts that were finished before `before` (milliseconds), and the batches. Returns how many receipts went. */
export async function deleteOldReceipts(tx: Tx, before: number, limit: number): Promise<number> {
  const due = await tx
    .selectFrom('revocations')
    .select('id')
    .where('finished_at', '<', before)
    .orderBy('finished_at')
    .limit(limit)
    .execute()
  const ids = due.map(({ id }) => id)
  if (ids.length > 0) await tx.deleteFrom('revocations').where('id', 'in', ids).execute()
  await tx.deleteFrom('revocation_batches').where('finished_at', '<', before).execute()
  return ids.length
}
