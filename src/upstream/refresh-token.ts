/** Owns trading a refresh token for fresh tokens, once. */

import type { AppDefinition } from './app-definition.ts'
import { buildRequest } from './template-request.ts'
import type { TokenSet } from './token-answer.ts'
import { requestTokens, tokenCall, type Upstream } from './token-request.ts'
import { clientOf, oauth2Of, type UpstreamValues } from './upstream-context.ts'

const REFRESH_TIMEOUT_MS = 90_000

export interface Refresh extends UpstreamValues {
  /** Absent for apps that refresh with the access token itself (`refresh_request`, quirk F4). */
  refreshToken?: string
  /** The UpstreamScopes granted so far: what an answer without scopes leaves as it was. */
  scopes?: readonly string[]
  timeoutMs?: number
}

/**
 * One attempt. The refresh token of the result is the new one, or the old one where the answer brings none.
 * `store` values that the answer lacks are missing in the result: lay it over what the account has.
 * @throws TokenRequestFailed
 */
export async function refreshToken(
  upstream: Upstream,
  app: AppDefinition,
  refresh: Refresh,
): Promise<TokenSet> {
  const oauth = oauth2Of(app)
  const { accessToken, refreshToken: current, scopes, timeoutMs = REFRESH_TIMEOUT_MS } = refresh
  const now = upstream.clock.now()
  const buildCall = () =>
    oauth.refresh_request === undefined
      ? tokenCall(app, refresh, 'refresh', { grant_type: 'refresh_token', refresh_token: current }, now)
      : buildRequest(app, oauth.refresh_request, refresh, now)
  const secrets = [current ?? '', accessToken ?? '', clientOf(app, refresh)?.secret ?? '']
  return requestTokens(upstream, app, buildCall, timeoutMs, {
    response: oauth.refresh_response ?? oauth.token_response,
    scopes: scopes ?? null,
    secrets,
    ...(current === undefined ? {} : { refreshToken: current }),
  })
}
