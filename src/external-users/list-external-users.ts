/** Owns listing external users. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { readPageQuery } from '../db/page-query.ts'
import { readCounter } from '../db/counters.ts'
import { isoTime } from '../platform/clock.ts'
import type { ListUsersAnswer, ListUsersQuery } from './contract.ts'
import { externalUserCounter } from './ensure-external-user.ts'
import { listExternalUserRows } from './store.ts'

/** A search has no kept total, so `total_count` is null then: nothing here counts rows. */
export async function listExternalUsers(
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
  query: ListUsersQuery,
): Promise<ListUsersAnswer> {
  const q = query.q === '' ? undefined : query.q
  const page = await listExternalUserRows(app.db.read, env, q, readPageQuery(query))
  const total = q === undefined ? await readCounter(app.db.read, externalUserCounter(env)) : null
  return {
    data: page.rows.map((row) => ({
      id: row.id,
      external_id: row.external_id,
      created_at: isoTime(row.created_at),
      updated_at: isoTime(row.updated_at),
    })),
    page_info: {
      count: page.rows.length,
      total_count: total,
      start_cursor: page.start_cursor,
      end_cursor: page.end_cursor,
    },
  }
}
