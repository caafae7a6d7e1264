/** Owns answering receipts: one, a page of them, and what became of a batch. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { readPageQuery } from '../db/page-query.ts'
import { NotFound } from '../platform/errors.ts'
import type {
  CannotBeRevoked,
  ListRevocationsAnswer,
  ListRevocationsQuery,
  RevocationShape,
} from './contract.ts'
import { renderRevocation } from './render-revocation.ts'
import { countBatch, findRevocationRow, listRevocationRows } from './store.ts'

type Capabilities = Pick<App, 'db'>

/** @throws NotFound when the project and environment have none of that id */
export async function retrieveRevocation(
  app: Capabilities,
  env: ProjectEnvironment,
  id: string,
): Promise<RevocationShape> {
  const row = /^rev_[0-9A-Za-z]{16}$/.test(id) ? await findRevocationRow(app.db.read, env, id) : undefined
  if (!row) throw new NotFound()
  return renderRevocation(row)
}

/** Newest first; `total_count` is null, because nothing here counts rows. */
export async function listRevocations(
  app: Capabilities,
  env: ProjectEnvironment,
  query: ListRevocationsQuery,
): Promise<ListRevocationsAnswer> {
  const filters = { status: query.status, accountId: query.account_id, batchId: query.batch_id }
  const { rows, ...cursors } = await listRevocationRows(app.db.read, env, filters, readPageQuery(query))
  return {
    data: rows.map(renderRevocation),
    page_info: { count: rows.length, total_count: null, ...cursors },
  }
}

export interface BatchSummary {
  receipts: number
  /** By status. */
  counts: Record<string, number>
  cannotBeRevoked: CannotBeRevoked[]
}

export async function summarizeBatch(
  app: Capabilities,
  env: ProjectEnvironment,
  batchId: string,
): Promise<BatchSummary> {
  const summary: BatchSummary = { receipts: 0, counts: {}, cannotBeRevoked: [] }
  for (const { app_slug, status, reason, accounts } of await countBatch(app.db.read, env, batchId)) {
    summary.receipts += accounts
    summary.counts[status] = (summary.counts[status] ?? 0) + accounts
    if (status !== 'pending' && status !== 'revoked')
      summary.cannotBeRevoked.push({ app: app_slug, accounts, status, reason })
  }
  return summary
}
