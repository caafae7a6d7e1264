/** Owns token revocation (RFC 7009): a client ends a token of its own, on every process within a second. */
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import type { Throttle } from '../platform/throttle.ts'
import { authenticateApiClient, type ClientCredentials } from './authenticate-api-client.ts'
import { invalidRequest, OAuthError } from './oauth-error.ts'
import { CLOCK_LEEWAY_MS } from './signing-keys.ts'
import { deleteExpiredDenials, insertDenial } from './store.ts'

/** An unknown token is as good as revoked (section 2.2); another client's is refused. */
export async function revokeAccessToken(
  app: Pick<App, 'accessTokens' | 'clock' | 'db'>,
  throttle: Throttle,
  request: ClientCredentials & { token?: string },
): Promise<void> {
  const client = await authenticateApiClient(app, throttle, request)
  if (!request.token) throw invalidRequest('token is missing')
  const found = await app.accessTokens.verify(request.token)
  if (!found) return
  if (found.client.id !== client.id) {
    throw new OAuthError(400, 'unauthorized_client', 'The token was issued to another client')
  }
  const now = app.clock.now()
  await app.db.write(async (tx) => {
    await deleteExpiredDenials(tx, now - CLOCK_LEEWAY_MS)
    await insertDenial(tx, {
      id: found.claims.jti,
      expires_at: found.claims.exp * 1000 + 2 * CLOCK_LEEWAY_MS,
      created_at: now,
    })
    await record(tx, {
      at: now,
      workspaceId: client.workspace_id,
      projectId: null,
      actor: { kind: 'api_client', id: client.id },
      action: 'access_token.revoke',
      target: client.id,
    })
  })
  app.accessTokens.forget(client.id)
}
