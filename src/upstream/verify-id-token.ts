/** Owns believing an ID token: it came over TLS from the token endpoint, so its claims are checked and not its signature. */

import { parseJson } from './parse-json.ts'

export interface IdTokenExpectation {
  /** Must be `iss`; given the claims, because at some apps it contains the tenant (Microsoft). Undefined: it cannot be told. */
  issuerFor: (claims: Readonly<Record<string, unknown>>) => string | undefined
  clientId: string
  /** Absent where the app does not return it. */
  nonce?: string
  /** Milliseconds. */
  now: number
}

/** Clocks differ; ours may be behind or ahead by this much. */
const LEEWAY_MS = 60_000

/**
 * OpenID Connect Core 3.1.3.7; item 6 allows the signature to go unchecked here, but not `alg: none` (security case 140).
 * @returns what is wrong, in words without a value of the token; undefined when nothing is
 */
export function idTokenProblem(idToken: unknown, expected: IdTokenExpectation): string | undefined {
  const [header, claims] = typeof idToken === 'string' ? idToken.split('.').map(decoded) : []
  if (header === undefined || claims === undefined) return 'it cannot be read'
  const { alg } = header
  if (typeof alg !== 'string' || alg.toLowerCase() === 'none') return 'it is not signed'
  const issuer = expected.issuerFor(claims)
  if (issuer === undefined || !isIssuer(claims['iss'], issuer)) return 'iss is another issuer'
  const audience = [claims['aud']].flat()
  if (!audience.includes(expected.clientId)) return 'aud is another client'
  if (audience.length > 1 && claims['azp'] !== expected.clientId) return 'azp is another client'
  const { exp } = claims
  if (typeof exp !== 'number' || exp * 1000 + LEEWAY_MS <= expected.now) return 'it has expired'
  if (expected.nonce !== undefined && claims['nonce'] !== expected.nonce) return 'nonce is another one'
  return undefined
}

// Google leaves the scheme out at times, and says so in its documentation.
const isIssuer = (iss: unknown, issuer: string) => iss === issuer || `https://${String(iss)}` === issuer

function decoded(part: string): Record<string, unknown> | undefined {
  const value = parseJson(Buffer.from(part, 'base64url').toString())
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
