/** Owns beginning an attempt at an app with OAuth 1: the request token is fetched before the browser leaves, since its name is in the address. */
import type { CatalogApp } from '../apps/catalog.ts'
import { fetchRequestToken, oauth1AuthorizeUrl, type OAuth1Token } from '../upstream/oauth1-tokens.ts'
import { TokenRequestFailed } from '../upstream/token-request-failed.ts'
import type { Upstream } from '../upstream/token-request.ts'
import type { UpstreamValues } from '../upstream/upstream-context.ts'
import { ConnectError } from './connect-errors.ts'

export interface BegunOAuth1 {
  authorizeUrl: string
  requestToken: OAuth1Token
}

/** OAuth 1 has no `state`: ours is in the query of the callback address, which providers keep (RFC 5849 section 2.2). @throws ConnectError */
export async function beginOAuth1(
  upstream: Upstream,
  catalogApp: CatalogApp,
  values: UpstreamValues,
  { redirectUri, state, scopes }: { redirectUri: string; state: string; scopes: readonly string[] },
): Promise<BegunOAuth1> {
  const callbackUrl = `${redirectUri}?state=${state}`
  try {
    const requestToken = await fetchRequestToken(upstream, catalogApp, values, callbackUrl)
    return { authorizeUrl: oauth1AuthorizeUrl(catalogApp, values, requestToken.token, scopes), requestToken }
  } catch (cause) {
    if (!(cause instanceof TokenRequestFailed)) throw cause
    const isOutage = cause.kind === 'transient' || cause.kind === 'unknown'
    throw new ConnectError(isOutage ? 'provider_unreachable' : 'client_refused', {
      cause,
      detail: `request token: ${cause.message}`,
    })
  }
}
