/** Owns an account as the wire shows it, as text: the rendered app is kept per app and opened credentials are spliced in unparsed. */
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { renderApp, renderMissingApp } from '../apps/render-app.ts'
import { isoTime } from '../platform/clock.ts'
import type { AccountRow } from './store.ts'

const renderedApps = new WeakMap<CatalogApp, Map<string, string>>()

/** JSON text of the App member. A reloaded catalogue has new objects, so nothing goes stale. */
function appText(app: Pick<App, 'config' | 'catalog'>, slug: string, oauthAppId: string | null): string {
  const found = app.catalog.current.find(slug)
  if (!found) return JSON.stringify(renderMissingApp(app, slug, oauthAppId))
  const id = oauthAppId ?? found.id
  const key = `${app.config.publicUrl} ${id}`
  let texts = renderedApps.get(found)
  if (!texts) renderedApps.set(found, (texts = new Map()))
  let text = texts.get(key)
  if (text === undefined) {
    text = JSON.stringify(renderApp(app, found, id))
    if (texts.size < 1000) texts.set(key, text)
  }
  return text
}

const text = (value: string | null) => JSON.stringify(value)
const time = (value: number | null) => (value === null ? 'null' : `"${isoTime(value)}"`)

/** Every field of contract 2.A, null where unknown; `credentials` only when its JSON text is given. */
export function renderAccount(
  app: Pick<App, 'config' | 'catalog'>,
  row: AccountRow,
  credentialsText?: string,
): string {
  const { authorized_scopes: scopes } = row
  return (
    `{"id":${text(row.id)},"name":${text(row.name)},"external_id":${text(row.external_id)}` +
    `,"healthy":${row.unhealthy_at === null && row.dead_at === null},"dead":${row.dead_at !== null}` +
    `,"app":${appText(app, row.app_slug, row.oauth_app_id)}` +
    `,"created_at":${time(row.created_at)},"updated_at":${time(row.updated_at)}` +
    `,"authorized_scopes":${scopes ?? 'null'}` +
    (credentialsText === undefined ? '' : `,"credentials":${credentialsText}`) +
    `,"expires_at":${time(row.expires_at)},"error":${text(row.error)}` +
    `,"last_refreshed_at":${time(row.last_refreshed_at)}` +
    `,"next_refresh_at":${time(row.next_refresh_at)}}`
  )
}
