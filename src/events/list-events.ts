/** Owns answering a list of events, newest first. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { readPageQuery } from '../db/page-query.ts'
import { eventEnvelope } from '../webhooks/event-envelope.ts'
import type { ListEventsAnswer, ListEventsQuery } from './contract.ts'
import { listEventRows } from './store.ts'

/** `total_count` is null: nothing here counts rows. */
export async function listEvents(
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
  query: ListEventsQuery,
): Promise<ListEventsAnswer> {
  const filters = { type: query.type, accountId: query.account_id }
  const { rows, ...cursors } = await listEventRows(app.db.read, env, filters, readPageQuery(query))
  return {
    data: rows.map((row) => JSON.parse(eventEnvelope(row)) as ListEventsAnswer['data'][number]),
    page_info: { count: rows.length, total_count: null, ...cursors },
  }
}
