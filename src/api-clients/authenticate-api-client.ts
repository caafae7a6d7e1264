/** Owns how an API client proves itself: Basic, or id and secret in the body, never both (RFC 6749 section 2.3). */
import type { App } from '../app.ts'
import { digest, equalDigests } from '../platform/crypto/secrets.ts'
import type { Throttle } from '../platform/throttle.ts'
import { isUsable } from './access-tokens.ts'
import { invalidRequest, OAuthError } from './oauth-error.ts'
import type { ApiClient } from './store.ts'

export interface ClientCredentials {
  /** The raw `Authorization` header. */
  authorization: string | undefined
  client_id?: string
  client_secret?: string
  client_assertion?: string
  /** Peer address, for counting failures. */
  address: string
}

/** Compared against when there is no such client, so that an unknown id costs what a wrong secret costs. */
const NO_CLIENT = digest('no such client')

/**
 * @throws OAuthError `invalid_request` for two methods at once, `invalid_client` (401) for everything that is not a match,
 * 429 for an address that failed too often; the client itself is never locked
 */
export async function authenticateApiClient(
  app: Pick<App, 'accessTokens' | 'clock'>,
  throttle: Throttle,
  given: ClientCredentials,
): Promise<ApiClient> {
  const now = app.clock.now()
  const headers = throttle.refusal(given.address, now)
  if (headers) {
    const message = 'Too many failed attempts from this address'
    throw new OAuthError(429, 'temporarily_unavailable', message, { headers })
  }
  const basic = given.authorization === undefined ? undefined : readBasic(given.authorization)
  // An empty parameter counts as omitted (RFC 6749 section 3.2), so these are truths, not comparisons with undefined.
  const methods = [basic, given.client_secret, given.client_assertion].filter(Boolean)
  if (methods.length > 1) throw invalidRequest('More than one client authentication method')
  if (basic && given.client_id && given.client_id !== basic.id) {
    throw invalidRequest('client_id differs from the Authorization header')
  }
  const id = basic?.id ?? given.client_id
  const secret = basic?.secret ?? given.client_secret
  const client = id && secret ? await matchingClient(app, id, secret, now) : undefined
  if (client) return client
  throttle.fail(given.address, now)
  throw new OAuthError(401, 'invalid_client', 'Client authentication failed', {
    // RFC 6749 section 5.2: a must when the client used the Authorization header.
    headers: given.authorization === undefined ? {} : { 'www-authenticate': 'Basic realm="headgate"' },
  })
}

const MAX_ID_LENGTH = 64

async function matchingClient(app: Pick<App, 'accessTokens'>, id: string, secret: string, now: number) {
  const client =
    id.length <= MAX_ID_LENGTH && !id.includes('\0') ? await app.accessTokens.findClient(id) : undefined
  const given = digest(secret)
  const current = equalDigests(given, client?.secret_digest ?? NO_CLIENT)
  const inGrace = (client?.previous_secret_expires_at ?? 0) > now
  const previous = equalDigests(given, (inGrace && client?.previous_secret_digest) || NO_CLIENT)
  return client && (current || previous) && isUsable(client, now) ? client : undefined
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined and encoded again. Undefined: not Basic, or broken. */
function readBasic(header: string): { id: string; secret: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 0) return undefined
  try {
    return { id: formDecode(pair.slice(0, colon)), secret: formDecode(pair.slice(colon + 1)) }
  } catch {
    return undefined // A stray percent sign: not what a client encodes, so not a client.
  }
}

const formDecode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
