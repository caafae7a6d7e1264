/** Owns answering app overrides, one and a page of them, and handing one to a flow that names it. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { readCounter } from '../db/counters.ts'
import { readPageQuery } from '../db/page-query.ts'
import { NotFound } from '../platform/errors.ts'
import { appOverrideCounter } from './app-override-counters.ts'
import type { AppOverrideShape, ListAppOverridesAnswer, ListAppOverridesQuery } from './contract.ts'
import { renderAppOverride } from './render-app-override.ts'
import { findAppOverrideRow, listAppOverrideRows } from './store.ts'

type Capabilities = Pick<App, 'db' | 'catalog' | 'config'>

export interface AppOverride {
  id: string
  appSlug: string
  oauthAppId: string | null
  /** Preset values of the app's fields. */
  preset: Readonly<Record<string, string>>
}

/** By any text; undefined when the project has none of that id. */
export async function findAppOverride(
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
  id: string,
): Promise<AppOverride | undefined> {
  const row = await findAppOverrideRow(app.db.read, env, id)
  return row && { id: row.id, appSlug: row.app_slug, oauthAppId: row.oauth_app_id, preset: row.cfmap }
}

/** @throws NotFound when the project has none of that id */
export async function retrieveAppOverride(
  app: Capabilities,
  env: ProjectEnvironment,
  id: string,
): Promise<AppOverrideShape> {
  const row = await findAppOverrideRow(app.db.read, env, id)
  if (!row) throw new NotFound()
  return renderAppOverride(app, row)
}

export async function listAppOverrides(
  app: Capabilities,
  env: ProjectEnvironment,
  query: ListAppOverridesQuery,
): Promise<ListAppOverridesAnswer> {
  // An app that left the catalogue is still found by the slug that it had.
  const appSlug =
    query.app === undefined ? undefined : (app.catalog.current.find(query.app)?.name_slug ?? query.app)
  const { rows, ...cursors } = await listAppOverrideRows(app.db.read, env, appSlug, readPageQuery(query))
  return {
    data: rows.map((row) => renderAppOverride(app, row)),
    page_info: {
      count: rows.length,
      total_count: await readCounter(app.db.read, appOverrideCounter(env, appSlug)),
      ...cursors,
    },
  }
}
