/** Owns answering one OAuth app. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { NotFound } from '../platform/errors.ts'
import type { OAuthAppShape } from './contract.ts'
import { renderOAuthApp } from './render-oauth-app.ts'
import { findOAuthAppRow } from './store.ts'

/** @throws NotFound when the project has none of that id */
export async function retrieveOAuthApp(
  app: Pick<App, 'db' | 'catalog' | 'config'>,
  env: ProjectEnvironment,
  id: string,
): Promise<OAuthAppShape> {
  const row = await findOAuthAppRow(app.db.read, env, id)
  if (!row) throw new NotFound()
  return renderOAuthApp(app, row)
}
