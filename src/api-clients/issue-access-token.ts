/** Owns the client credentials grant (RFC 6749 section 4.4): `POST /v1/oauth/token`. */
import { coversScope, parseScopes, withinScopes } from '../access/scopes.ts'
import type { App } from '../app.ts'
import type { Throttle } from '../platform/throttle.ts'
import { authenticateApiClient, type ClientCredentials } from './authenticate-api-client.ts'
import { invalidRequest, OAuthError } from './oauth-error.ts'
import { ACCESS_TOKEN_TTL_SECONDS } from './signing-keys.ts'
import { type ApiClient, touchApiClient } from './store.ts'

export interface TokenRequest extends ClientCredentials {
  grant_type?: string
  scope?: string
}

export interface IssuedToken {
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  /** Seconds since the epoch. */
  created_at: number
  scope: string
}

const LAST_USED_RESOLUTION_MS = 60_000

/** @throws OAuthError as RFC 6749 section 5.2 lists them; nothing is issued in part */
export async function issueAccessToken(
  app: Pick<App, 'accessTokens' | 'clock' | 'db' | 'log'>,
  throttle: Throttle,
  request: TokenRequest,
): Promise<IssuedToken> {
  if (!request.grant_type) throw invalidRequest('grant_type is missing')
  if (request.grant_type !== 'client_credentials') {
    throw new OAuthError(400, 'unsupported_grant_type', 'Only client_credentials is supported')
  }
  const client = await authenticateApiClient(app, throttle, request)
  const scopes = narrowScopes(client, request.scope)
  const { token, claims } = await app.accessTokens.issue(client, scopes)
  noteUse(app, client)
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_TTL_SECONDS,
    created_at: claims.iat,
    scope: claims.scope,
  }
}

/** Asking for nothing (an empty parameter counts as none, RFC 6749 section 3.2) gives the client's ceiling; asking for more is refused. */
function narrowScopes(client: ApiClient, asked: string | undefined): readonly string[] {
  if (!asked) return client.scopes
  const scopes = parseScopes(asked)
  if (!scopes) throw new OAuthError(400, 'invalid_scope', 'scope has an unknown or malformed value')
  if (!withinScopes(scopes, client.scopes)) {
    const beyond = scopes.filter((scope) => !coversScope(client.scopes, scope))
    throw new OAuthError(400, 'invalid_scope', `This client may not be given: ${beyond.join(' ')}`)
  }
  return scopes
}

/** To the minute, and beside the request: nobody waits for a time stamp. */
function noteUse(app: Pick<App, 'db' | 'clock' | 'log'>, client: ApiClient): void {
  const now = app.clock.now()
  if (client.last_used_at !== null && now - client.last_used_at < LAST_USED_RESOLUTION_MS) return
  client.last_used_at = now
  app.db
    .write((tx) => touchApiClient(tx, client.id, now))
    .catch((error: unknown) => app.log.warn({ err: error }, 'last use of an API client was not stored'))
}
