/** Owns an OAuth app as a flow needs it: with the client secret opened. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Secret } from '../platform/secret.ts'
import { openClientSecret, openSettings } from './secret-seal.ts'
import { findDefaultOAuthAppRow, findOAuthAppRow, type OAuthAppRow } from './store.ts'

export interface OAuthApp {
  id: string
  appSlug: string
  /** The developer's own name for it. */
  name: string | null
  clientId: string
  clientSecret: Secret
  /** Instead of the app's default scopes. */
  scopes: string[] | null
  /** On top of the others. */
  additionalScopes: string[] | null
  /** `oauth_app.<name>` in the app's definition. */
  settings: Readonly<Record<string, Secret>>
}

type Capabilities = Pick<App, 'db' | 'vault'>
type Tenant = Pick<ProjectEnvironment, 'workspaceId' | 'projectId'>

/**
 * By any text; undefined when the project has none of that id.
 * @throws SealBroken when the stored secret does not open
 */
export async function findOAuthApp(
  app: Capabilities,
  env: Tenant,
  id: string,
): Promise<OAuthApp | undefined> {
  const row = await findOAuthAppRow(app.db.read, env, id)
  return row && opened(app, env, row)
}

/**
 * The one that a flow uses when it names none (decisions 4.1). `appSlug` is the catalogue's `name_slug`.
 * @throws SealBroken when the stored secret does not open
 */
export async function findDefaultOAuthApp(
  app: Capabilities,
  env: ProjectEnvironment,
  appSlug: string,
): Promise<OAuthApp | undefined> {
  const row = await findDefaultOAuthAppRow(app.db.read, env, appSlug)
  return row && opened(app, env, row)
}

const opened = (app: Capabilities, env: Tenant, row: OAuthAppRow): OAuthApp => ({
  id: row.id,
  appSlug: row.app_slug,
  name: row.name,
  clientId: row.client_id,
  clientSecret: openClientSecret(app, env, row.id, row.client_secret),
  scopes: row.scopes,
  additionalScopes: row.additional_scopes,
  settings: openSettings(app, env, row.id, row.settings),
})
