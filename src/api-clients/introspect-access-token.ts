/** Owns token introspection (RFC 7662): a client may ask about its own workspace's access tokens. */
import type { App } from '../app.ts'
import type { Throttle } from '../platform/throttle.ts'
import { authenticateApiClient, type ClientCredentials } from './authenticate-api-client.ts'
import { invalidRequest } from './oauth-error.ts'

export interface Introspection {
  active: boolean
  scope?: string
  client_id?: string
  sub?: string
  aud?: string
  iss?: string
  exp?: number
  iat?: number
  nbf?: number
  jti?: string
  token_type?: 'Bearer'
}

/** Expired, revoked, foreign, or no token of ours: exactly `{"active": false}`, without a reason. */
export async function introspectAccessToken(
  app: Pick<App, 'accessTokens' | 'clock'>,
  throttle: Throttle,
  request: ClientCredentials & { token?: string },
): Promise<Introspection> {
  const client = await authenticateApiClient(app, throttle, request)
  if (!request.token) throw invalidRequest('token is missing')
  const found = await app.accessTokens.verify(request.token)
  if (!found || found.client.workspace_id !== client.workspace_id) return { active: false }
  const { gen: _gen, ...claims } = found.claims
  return { active: true, ...claims, token_type: 'Bearer' }
}
