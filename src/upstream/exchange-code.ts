/** Owns turning an authorization code into tokens, once. */

import type { AppDefinition } from './app-definition.ts'
import type { TokenSet } from './token-answer.ts'
import { requestTokens, tokenCall, type Upstream } from './token-request.ts'
import { clientOf, oauth2Of, type UpstreamValues } from './upstream-context.ts'

const EXCHANGE_TIMEOUT_MS = 20_000

export interface CodeExchange extends UpstreamValues {
  code: string
  /** Byte-equal to the one of the authorize request (RFC 6749 section 4.1.3). */
  redirectUri: string
  /** PKCE; not sent where the app refuses it. */
  codeVerifier: string
  /** The UpstreamScopes asked for. */
  scopes: readonly string[]
  timeoutMs?: number
}

/** The code is sent at most once, whatever happens to the answer. @throws TokenRequestFailed */
export async function exchangeCode(
  upstream: Upstream,
  app: AppDefinition,
  exchange: CodeExchange,
): Promise<TokenSet> {
  const oauth = oauth2Of(app)
  const { codeVerifier, redirectUri, scopes, timeoutMs = EXCHANGE_TIMEOUT_MS } = exchange
  const code = usableCode(exchange.code, oauth.decode_code)
  const parameters = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: oauth.pkce === 'no' ? undefined : codeVerifier,
  }
  const secrets = [code, codeVerifier, clientOf(app, exchange)?.secret ?? '']
  return requestTokens(upstream, app, () => tokenCall(app, exchange, 'token', parameters), timeoutMs, {
    response: oauth.token_response,
    scopes,
    secrets,
  })
}

/** Without the `#_` that some consent screens leave on it (quirk B5), and decoded once more where it needs it (B6). */
function usableCode(code: string, isEncoded: boolean): string {
  const bare = code.replace(/#_$/, '')
  if (!isEncoded) return bare
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare // Not encoded after all.
  }
}
