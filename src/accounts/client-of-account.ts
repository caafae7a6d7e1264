/** Owns whose OAuth client an account is refreshed and revoked with: the OAuthApp's, or one that the person brought. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { findOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { upstreamClient } from '../oauth-apps/upstream-client.ts'
import type { UpstreamClient } from '../upstream/upstream-context.ts'
import type { CredentialValues } from './credentials-seal.ts'
import type { AccountRow } from './store.ts'

export interface ClientOfAccount {
  /** Absent where the app's own fields hold it, or nobody has one any more. */
  client?: UpstreamClient
  /** The address that the client is registered with. */
  redirectUri: string
}

/** To be spread into the values of an upstream call. */
export async function clientOfAccount(
  app: Pick<App, 'db' | 'vault' | 'catalog' | 'config'>,
  env: ProjectEnvironment,
  { oauth_app_id: oauthAppId }: Pick<AccountRow, 'oauth_app_id'>,
  definition: CatalogApp,
  values: CredentialValues,
): Promise<ClientOfAccount> {
  const redirectUri = `${app.config.publicUrl}/connect/oauth/${oauthAppId ?? definition.id}/callback`
  const oauthApp = oauthAppId === null ? undefined : await findOAuthApp(app, env, oauthAppId)
  if (oauthApp) return { redirectUri, client: upstreamClient(oauthApp) }
  const { oauth_client_id: id, oauth_client_secret: secret } = values
  if (oauthAppId !== null || id === undefined || secret === undefined) return { redirectUri }
  return { redirectUri, client: { id, ...(secret === '' ? {} : { secret }) } }
}
