/** Owns turning an authorization code into tokens, once. */

import type { AppDefinition } from './app-definition.ts'
import { readPath } from './answer-path.ts'
import { exchangeFurther } from './exchange-further.ts'
import { issuerOf } from './issuer.ts'
import { readsIdToken } from './reads-id-token.ts'
import type { TokenSet } from './token-answer.ts'
import { TokenRequestFailed } from './token-request-failed.ts'
import { requestTokens, tokenCall, type Upstream } from './token-request.ts'
import { clientOf, oauth2Of, upstreamContext, type UpstreamValues } from './upstream-context.ts'
import { idTokenProblem } from './verify-id-token.ts'

const EXCHANGE_TIMEOUT_MS = 20_000

export interface CodeExchange extends UpstreamValues {
  code: string
  /** Byte-equal to the one of the authorize request (RFC 6749 section 4.1.3). */
  redirectUri: string
  /** PKCE; not sent where the app refuses it. */
  codeVerifier: string
  /** The UpstreamScopes asked for. */
  scopes: readonly string[]
  /** Of the authorize request; an ID token that identity reads must bring it back. */
  nonce?: string
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
  const buildCall = () => tokenCall(app, exchange, 'token', parameters, upstream.clock.now())
  const until = performance.now() + timeoutMs
  const tokens = await requestTokens(upstream, app, buildCall, timeoutMs, {
    response: oauth.token_response,
    scopes,
    secrets,
  })
  if (readsIdToken(app)) requireIdToken(app, exchange, tokens, upstream.clock.now())
  const remainingMs = () => Math.max(1000, until - performance.now())
  return exchangeFurther(upstream, app, exchange, tokens, remainingMs)
}

/** An answer without an ID token only leaves open who was connected. @throws TokenRequestFailed */
function requireIdToken(app: AppDefinition, exchange: CodeExchange, tokens: TokenSet, now: number): void {
  const oauth = oauth2Of(app)
  const idToken = readPath(tokens.raw, oauth.token_response.id_token)
  if (idToken === undefined) return
  const context = upstreamContext(app, exchange)
  const problem = idTokenProblem(idToken, {
    issuerFor: (claims) => issuerOf(oauth, { ...context, id_token: claims }),
    clientId: clientOf(app, exchange)?.id ?? '',
    ...(oauth.id_token_nonce && exchange.nonce !== undefined ? { nonce: exchange.nonce } : {}),
    now,
  })
  if (problem === undefined) return
  throw new TokenRequestFailed({
    kind: 'permanent',
    code: 'id_token_invalid',
    message: `The ID token of ${app.name_slug} is not to be believed: ${problem}`,
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
