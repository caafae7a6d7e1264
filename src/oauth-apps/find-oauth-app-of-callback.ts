/** Owns finding an OAuth app by its callback address alone, which is all that a provider's own call has. */
import type { App } from '../app.ts'
import type { OAuthApp } from './find-oauth-app.ts'
import { findOAuthApp } from './find-oauth-app.ts'
import { findAnyOAuthAppRow } from './store.ts'

/** Nothing of it may be shown before the call has proved that it comes from the provider. */
export async function findOAuthAppOfCallback(
  app: Pick<App, 'db' | 'vault'>,
  id: string,
): Promise<{ oauthApp: OAuthApp; project: { workspaceId: string; projectId: string } } | undefined> {
  const row = await findAnyOAuthAppRow(app.db.read, id)
  if (!row) return undefined
  const project = { workspaceId: row.workspace_id, projectId: row.project_id }
  const oauthApp = await findOAuthApp(app, project, id)
  return oauthApp && { oauthApp, project }
}
