/** Owns reading a token answer: whatever its shape, one TokenSet or one classified failure. */

import type { Lifecycle, TokenResponse } from './app-definition.ts'
import { readPath, textOf } from './answer-path.ts'
import { parseAnswer } from './parse-answer.ts'
import { parseJson } from './parse-json.ts'
import { tokenError } from './token-error.ts'
import { expiryOf, figureOf } from './token-lifetime.ts'
import { TokenRequestFailed } from './token-request-failed.ts'

/** What an upstream gave. Every member but `accessToken` may be missing, and none but it can spoil an answer. */
export interface TokenSet {
  accessToken: string
  /** Absent: these tokens cannot be refreshed. Only the answer decides that, never the catalogue. */
  refreshToken?: string
  /** Milliseconds since the epoch, by our clock; null: not known, or never. */
  expiresAt: number | null
  refreshExpiresAt: number | null
  /** The UpstreamScopes; those asked for when the answer names none (RFC 6749 section 5.1). Null: not known. */
  grantedScopes: string[] | null
  /** The values that `token_response.store` names. */
  stored: Record<string, string>
  /** Not verified: they came over TLS from the token endpoint itself (OpenID Connect Core 3.1.3.7, item 6). */
  idTokenClaims?: Record<string, unknown>
  /** The parsed answer, for identity templates. Secret: never logged. */
  raw: unknown
}

export interface TokenAnswer {
  host: string
  status: number
  contentType: string
  text: string
  response: TokenResponse
  lifecycle: Lifecycle
  /** Between scopes when `response` has no separator of its own. */
  scopeSeparator: string
  scopes: readonly string[] | null
  /** The refresh token that stays in force if the answer brings none (quirk F2). */
  refreshToken?: string
  /** Milliseconds since the epoch. */
  now: number
  secrets: readonly string[]
  retryAfterSeconds?: number
}

/** @throws TokenRequestFailed */
export function readTokenAnswer(given: TokenAnswer): TokenSet {
  const { host, status, response, lifecycle, now } = given
  const answer = parseAnswer(given.text, given.contentType)
  const isSuccess = status >= 200 && status < 300
  if (!isSuccess || isErrorInSuccess(answer, response)) throw errorIn(given, answer)

  const accessToken = readPath(answer, response.access_token)
  if (!isToken(accessToken)) {
    // Not an error by its shape, yet without a token: whatever was spent for it may be spent.
    if (accessToken === undefined && readPath(answer, 'error') !== undefined) throw errorIn(given, answer)
    throw unusable(host, answer === undefined ? 'cannot be read' : 'holds no usable access token')
  }
  const tokenType = readPath(answer, 'token_type')
  if (typeof tokenType === 'string' && tokenType.toLowerCase() === 'mac') throw macToken(host)

  const refreshToken = readPath(answer, response.refresh_token)
  const kept = isToken(refreshToken) ? refreshToken : given.refreshToken
  const idTokenClaims = claimsOf(readPath(answer, response.id_token))
  return {
    accessToken,
    ...(kept === undefined ? {} : { refreshToken: kept }),
    expiresAt: accessExpiry(readPath(answer, response.expires_in), kept !== undefined, given),
    refreshExpiresAt:
      lifecycle.refresh_expires_field === undefined
        ? null
        : expiryOf(readPath(answer, lifecycle.refresh_expires_field), 's', now),
    grantedScopes: grantedScopes(answer, given),
    stored: storedValues(answer, response),
    ...(idTokenClaims === undefined ? {} : { idTokenClaims }),
    raw: answer,
  }
}

function isErrorInSuccess(answer: unknown, { error_in_200 }: TokenResponse): boolean {
  if (error_in_200 === undefined) return false
  const { ok_field, error_field } = error_in_200
  if (ok_field !== undefined && readPath(answer, ok_field) === false) return true
  const error = readPath(answer, error_field)
  return error !== undefined && error !== '' && error !== false && error !== 0
}

function errorIn(
  { host, status, response, secrets, retryAfterSeconds }: TokenAnswer,
  answer: unknown,
): TokenRequestFailed {
  return tokenError({
    host,
    status,
    answer,
    secrets,
    permanentErrors: response.permanent_errors,
    permanentDescriptions: response.permanent_descriptions,
    ...(response.error_in_200 === undefined ? {} : { errorField: response.error_in_200.error_field }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

const unusable = (host: string, problem: string) =>
  new TokenRequestFailed({
    kind: 'unknown',
    code: 'upstream_outcome_unknown',
    message: `The token answer of ${host} ${problem}`,
  })

// Odd types (bot, user, Zoho-oauthtoken) are bearer tokens all the same; this one signs requests with a key.
const macToken = (host: string) =>
  new TokenRequestFailed({
    kind: 'configuration',
    code: 'upstream_token_type',
    message: `${host} issued a token of type mac, which this server cannot use`,
  })

/** The characters of RFC 6749 appendix A.12: a token with a line break would write headers of its own. */
const isToken = (value: unknown): value is string => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)

function accessExpiry(
  value: unknown,
  refreshable: boolean,
  { response, lifecycle, now }: TokenAnswer,
): number | null {
  if (lifecycle.never_expires) return null
  if (lifecycle.ignore_expires_in_zero && figureOf(value) === 0) return null
  const expiry = expiryOf(value, response.expires_unit, now)
  if (expiry !== null || lifecycle.assume_access_ttl_s === undefined || !refreshable) return expiry
  return now + lifecycle.assume_access_ttl_s * 1000
}

function grantedScopes(answer: unknown, { response, scopeSeparator, scopes }: TokenAnswer): string[] | null {
  const granted = readPath(answer, response.granted_scopes)
  if (Array.isArray(granted)) return granted.filter((scope) => typeof scope === 'string' && scope !== '')
  if (typeof granted !== 'string') return scopes === null ? null : [...scopes]
  if (granted.trim() === '' && response.empty_scope === 'unknown') return null
  return granted
    .split(response.granted_scopes_separator ?? scopeSeparator)
    .flatMap((scope) => scope.split(/\s+/))
    .filter((scope) => scope !== '')
}

function storedValues(answer: unknown, { store }: TokenResponse): Record<string, string> {
  const values = Object.entries(store).map(([name, path]) => [name, textOf(readPath(answer, path))] as const)
  return Object.fromEntries(
    values.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  )
}

function claimsOf(idToken: unknown): Record<string, unknown> | undefined {
  const payload = typeof idToken === 'string' ? idToken.split('.')[1] : undefined
  if (payload === undefined) return undefined
  // An id_token is a convenience here; a broken one must not cost the tokens beside it.
  const claims = parseJson(Buffer.from(payload, 'base64url').toString())
  return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined
}
