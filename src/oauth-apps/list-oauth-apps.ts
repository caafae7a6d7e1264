/** Owns answering a list of a project's OAuth apps, newest first. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { readPageQuery } from '../db/page-query.ts'
import { readCounter } from '../db/counters.ts'
import type { ListOAuthAppsAnswer, ListOAuthAppsQuery } from './contract.ts'
import { oauthAppCounter } from './oauth-app-counters.ts'
import { renderOAuthApp } from './render-oauth-app.ts'
import { listOAuthAppRows } from './store.ts'

/** `total_count` is null where `q` is given: nothing here counts rows. */
export async function listOAuthApps(
  app: Pick<App, 'db' | 'catalog' | 'config'>,
  env: ProjectEnvironment,
  query: ListOAuthAppsQuery,
): Promise<ListOAuthAppsAnswer> {
  const page = readPageQuery(query)
  // An app that left the catalogue is still found by the slug that it had.
  const appSlug =
    query.app === undefined ? undefined : (app.catalog.current.find(query.app)?.name_slug ?? query.app)
  const filters = { appSlug, q: query.q }
  const { rows, ...cursors } = await listOAuthAppRows(app.db.read, env, filters, page)
  return {
    data: rows.map((row) => renderOAuthApp(app, row)),
    page_info: {
      count: rows.length,
      total_count:
        query.q === undefined ? await readCounter(app.db.read, oauthAppCounter(env, appSlug)) : null,
      ...cursors,
    },
  }
}
