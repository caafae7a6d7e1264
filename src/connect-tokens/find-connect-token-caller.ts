/** Owns the caller behind a Connect token: read from the database each time, so expiry and consumption hold at once everywhere. */
import type { ConnectTokenCaller } from '../access/caller.ts'
import type { App } from '../app.ts'
import { CONSUMED_GRACE_MS, findKnownToken } from './usable-token.ts'

export async function findConnectTokenCaller(
  app: Pick<App, 'db' | 'clock'>,
  token: string,
): Promise<ConnectTokenCaller | undefined> {
  const found = await findKnownToken(app, token)
  if (!found) return undefined
  if (found.consumed_at !== null && app.clock.now() >= found.consumed_at + CONSUMED_GRACE_MS) return undefined
  return {
    kind: 'connect_token',
    digest: found.digest,
    isDisclosed: found.disclosed_at !== null,
    projectId: found.project_id,
    environment: found.environment,
    externalUserId: found.external_user_id,
    externalId: found.external_id,
    scopes: found.scopes,
    allowedOrigins: found.allowedOrigins,
    appSlug: found.app_slug,
    oauthAppId: found.oauth_app_id,
  }
}
