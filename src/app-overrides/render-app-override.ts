/** Owns an app override as the wire shows it. */
import type { App } from '../app.ts'
import { renderApp, renderMissingApp } from '../apps/render-app.ts'
import { isoTime } from '../platform/clock.ts'
import type { AppOverrideShape } from './contract.ts'
import type { AppOverrideRow } from './store.ts'

export function renderAppOverride(
  app: Pick<App, 'config' | 'catalog'>,
  row: AppOverrideRow,
): AppOverrideShape {
  const found = app.catalog.current.find(row.app_slug)
  return {
    id: row.id,
    name: row.name,
    app: found ? renderApp(app, found) : renderMissingApp(app, row.app_slug, row.id),
    oauth_app_id: row.oauth_app_id,
    cfmap: row.cfmap,
    owner_id: row.project_id,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  }
}
