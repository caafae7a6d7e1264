/** Owns answering which OAuth app each app uses by default in an environment. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { ListDefaultOAuthAppsAnswer } from './contract.ts'
import { listDefaultRows } from './store.ts'

export async function listDefaultOAuthApps(
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
): Promise<ListDefaultOAuthAppsAnswer> {
  const rows = await listDefaultRows(app.db.read, env)
  return { data: rows.map(({ app_slug, oauth_app_id }) => ({ app: app_slug, oauth_app_id })) }
}
