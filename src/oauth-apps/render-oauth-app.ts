/** Owns an OAuth app as the wire shows it: the registration, with the app it is for. */
import type { App } from '../app.ts'
import { renderApp, renderMissingApp } from '../apps/render-app.ts'
import { isoTime } from '../platform/clock.ts'
import type { OAuthAppShape } from './contract.ts'
import type { OAuthAppRow } from './store.ts'

/** One path per OAuth app, so that an answer can never be mistaken for another provider's (RFC 9700 section 4.4.2). */
export const redirectUriOf = ({ config }: Pick<App, 'config'>, id: string): string =>
  `${config.publicUrl}/connect/oauth/${id}/callback`

export function renderOAuthApp(app: Pick<App, 'config' | 'catalog'>, row: OAuthAppRow): OAuthAppShape {
  const ofApp = appFields(app, row)
  return {
    id: row.id,
    client_id: row.client_id,
    scopes: row.scopes,
    additional_scopes: row.additional_scopes,
    redirect_uri: redirectUriOf(app, row.id),
    owner_id: row.project_id,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
    ...ofApp,
    name: row.name ?? ofApp.name,
    description: row.description ?? ofApp.description,
  }
}

function appFields(app: Pick<App, 'config' | 'catalog'>, row: OAuthAppRow) {
  const from = app.catalog.current.find(row.app_slug)
  const shown = from ? renderApp(app, from) : renderMissingApp(app, row.app_slug, row.id)
  const { id: _id, connect: _connect, ...fields } = shown
  return fields
}
