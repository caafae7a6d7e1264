/** Owns showing deliveries: what is owed, what arrived, what was given up. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Reader } from '../db/open.ts'
import { readPageQuery } from '../db/page-query.ts'
import { isoTime } from '../platform/clock.ts'
import type { Delivery, ListDeliveriesAnswer, ListDeliveriesQuery } from './contract.ts'
import { type DeliveryRow, findEventFacts, listDeliveryRows } from './store.ts'

/** Newest first. `total_count` is null: nothing here counts rows. */
export async function listDeliveries(
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
  query: ListDeliveriesQuery,
): Promise<ListDeliveriesAnswer> {
  const { rows, ...cursors } = await listDeliveryRows(app.db.read, env, query.status, readPageQuery(query))
  return {
    data: await renderDeliveries(app.db.read, rows),
    page_info: { count: rows.length, total_count: null, ...cursors },
  }
}

export async function renderDeliveries(db: Reader, rows: readonly DeliveryRow[]): Promise<Delivery[]> {
  const events = await findEventFacts(
    db,
    rows.map((row) => row.event_id),
  )
  return rows.map((row) => ({
    id: row.id,
    event_id: row.event_id,
    event_type: events.get(row.event_id)?.type ?? '',
    account_id: events.get(row.event_id)?.account_id ?? null,
    webhook_id: row.webhook_id,
    url: row.url,
    status: row.status,
    attempts: row.attempts,
    last_status: row.last_status,
    last_error: row.last_error,
    next_attempt_at: isoTime(row.next_attempt_at),
    finished_at: isoTime(row.finished_at),
    created_at: isoTime(row.created_at),
  }))
}
