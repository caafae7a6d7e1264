/** Owns the strict check of an authorize request (RFC 6749 section 4.1.1, RFC 7636): what may be answered, and where. */
import type { SandboxSettings } from './contract.ts'
import { publicBase, sandboxAddress } from './sandbox-address.ts'
import { SANDBOX_CLIENT_ID } from './sandbox-client.ts'
import { readScopes } from './sandbox-scopes.ts'

export interface AuthorizeRequest {
  redirectUri: string
  scopes: string[]
  codeChallenge: string | null
  state: string | undefined
}

export type CheckedRequest =
  | { kind: 'ask'; request: AuthorizeRequest }
  /** The request cannot be trusted with a redirect: the person is told instead. */
  | { kind: 'tell'; message: string }
  | { kind: 'redirect'; location: string }

export function checkAuthorizeRequest(
  publicUrl: string,
  settings: SandboxSettings,
  query: Readonly<Record<string, unknown>>,
): CheckedRequest {
  const repeated = Object.keys(query).find((name) => typeof query[name] !== 'string')
  if (repeated !== undefined) return { kind: 'tell', message: `The parameter "${repeated}" is there twice.` }
  const {
    client_id,
    redirect_uri,
    response_type,
    scope,
    state,
    code_challenge: challenge,
    code_challenge_method: method,
  } = query as Record<string, string | undefined>
  if (client_id !== SANDBOX_CLIENT_ID)
    return { kind: 'tell', message: `The client is not known here; use "${SANDBOX_CLIENT_ID}".` }
  if (redirect_uri === undefined || !isOwnAddress(publicUrl, redirect_uri))
    return { kind: 'tell', message: 'The redirect_uri is not an address of this server.' }

  const refuse = (error: string, description: string): CheckedRequest => ({
    kind: 'redirect',
    location: refusalLocation(publicUrl, settings, redirect_uri, state, error, description),
  })
  if (response_type === undefined) return refuse('invalid_request', 'response_type is missing')
  if (response_type !== 'code') return refuse('unsupported_response_type', 'response_type must be code')
  const scopes = readScopes(scope)
  if (scopes === undefined) return refuse('invalid_scope', 'The scopes are read, write and profile')
  if (challenge === undefined && settings.require_pkce)
    return refuse('invalid_request', 'code_challenge is missing')
  if (challenge !== undefined && method !== 'S256')
    return refuse('invalid_request', 'code_challenge_method must be S256')
  // The S256 challenge is a SHA-256 in base64url: 43 characters, always.
  if (challenge !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(challenge))
    return refuse('invalid_request', 'code_challenge is not one of S256')
  return {
    kind: 'ask',
    request: { redirectUri: redirect_uri, scopes, codeChallenge: challenge ?? null, state },
  }
}

/** Below the public URL and in the spelling that the URL parser gives it, so that no two readers see two addresses. */
function isOwnAddress(publicUrl: string, address: string): boolean {
  const url = URL.parse(address)
  return url?.href === address && url.hash === '' && address.startsWith(`${publicBase(publicUrl)}/`)
}

/** The redirect_uri with an error (RFC 6749 section 4.1.2.1). */
export const refusalLocation = (
  publicUrl: string,
  settings: SandboxSettings,
  redirectUri: string,
  state: string | undefined,
  error: string,
  description: string,
): string =>
  answerLocation(publicUrl, settings, redirectUri, state, { error, error_description: description })

/** The redirect_uri with an answer; a query of its own stays (RFC 6749 section 3.1.2). */
export function answerLocation(
  publicUrl: string,
  { echo_iss }: SandboxSettings,
  redirectUri: string,
  state: string | undefined,
  answer: Record<string, string>,
): string {
  const parameters = new URLSearchParams({
    ...answer,
    ...(state === undefined ? {} : { state }),
    ...(echo_iss ? { iss: sandboxAddress(publicUrl) } : {}),
  })
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters.toString()}`
}
