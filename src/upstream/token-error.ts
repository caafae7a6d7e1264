/** Owns what an upstream's error answer to a token request means for the account. */

import { readPath } from './answer-path.ts'
import { TokenRequestFailed, type TokenFailureKind } from './token-request-failed.ts'

/** RFC 6749 section 5.2 and OpenID Connect Core 3.1.2.6, then what apps say in their stead. */
const PERMANENT = words(`
  invalid_grant access_denied interaction_required login_required consent_required
  bad_verification_code bad_refresh_token invalid_refresh_token invalid_code code_already_used
  invalid_auth_code token_revoked token_expired expired_token refresh_token_expired
  account_inactive inactive_user
`)
const TRANSIENT = words(`
  temporarily_unavailable server_error slow_down internal_error internal_server_error
  service_unavailable fatal_error ratelimited rate_limited rate_limit_exceeded request_timeout
`)

/** Names under which answers carry their error code, after the standard's. */
const CODE_PATHS = 'error.type | error.code | error | error_code | errorCode | code | status'
const DESCRIPTION_PATHS = 'error_description | error.message | error_message | errorMessage | message'
const MAX_DESCRIPTION_CHARACTERS = 300

export interface TokenErrorAnswer {
  host: string
  status: number
  answer: unknown
  /** The app's own place for the code, read first. */
  errorField?: string
  /** What must not come back in a description: the code, the tokens and the client secret just sent. */
  secrets: readonly string[]
  retryAfterSeconds?: number
  /** The app's own codes that end a grant. */
  permanentErrors?: readonly string[]
  /** Parts of its descriptions that say the same under another code. */
  permanentDescriptions?: readonly string[]
  /** What was refused, for the message. */
  request?: string
}

/** @returns the failure to throw; unknown codes are taken for a fault of the configuration, which ends nothing */
export function tokenError(given: TokenErrorAnswer): TokenRequestFailed {
  const { host, status, answer, errorField, secrets, retryAfterSeconds, request = 'token request' } = given
  const upstreamError = errorCode(answer, errorField, secrets)
  const description = readPath(answer, DESCRIPTION_PATHS)
  const said = typeof description === 'string' ? description.toLowerCase() : ''
  const isOwn =
    (upstreamError !== undefined && given.permanentErrors?.includes(upstreamError) === true) ||
    given.permanentDescriptions?.some((part) => said.includes(part.toLowerCase())) === true
  const kind = isOwn && status < 500 ? 'permanent' : kindOf(status, upstreamError, said)
  return new TokenRequestFailed({
    kind,
    code: CODES[kind],
    message: `${host} refused the ${request}: ${upstreamError ?? `HTTP ${status}`}`,
    upstreamStatus: status,
    ...(upstreamError === undefined ? {} : { upstreamError }),
    ...(typeof description === 'string' ? { upstreamDescription: cleaned(description, secrets) } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

const CODES: Record<TokenFailureKind, string> = {
  configuration: 'upstream_client_refused',
  permanent: 'upstream_grant_refused',
  transient: 'upstream_unavailable',
  unknown: 'upstream_outcome_unknown',
}

function kindOf(status: number, error: string | undefined, said: string): TokenFailureKind {
  if (status >= 500 || status === 429 || status === 408) return 'transient'
  // Zoho says so with 400 and "Access Denied".
  if (said.includes('too many requests')) return 'transient'
  // 401 is about the client (RFC 6749 section 5.2), and this is how Auth0 and Atlassian say invalid_client.
  if (status === 401 && error === 'access_denied') return 'configuration'
  if (error !== undefined && PERMANENT.has(error)) return 'permanent'
  if (error !== undefined && TRANSIENT.has(error)) return 'transient'
  return 'configuration'
}

/** The code in lower case, if it reads like one: free text goes to the description or nowhere. */
function errorCode(
  answer: unknown,
  errorField: string | undefined,
  secrets: readonly string[],
): string | undefined {
  const paths = errorField === undefined ? CODE_PATHS : `${errorField} | ${CODE_PATHS}`
  for (const path of paths.split('|')) {
    const value = readPath(answer, path)
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const code = String(value)
    if (/^[\w.:-]{1,64}$/.test(code) && !secrets.includes(code)) return code.toLowerCase()
  }
  return undefined
}

function cleaned(description: string, secrets: readonly string[]): string {
  let text = description.replace(/\p{Cc}+/gu, ' ')
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '[secret]')
  return text.slice(0, MAX_DESCRIPTION_CHARACTERS)
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
