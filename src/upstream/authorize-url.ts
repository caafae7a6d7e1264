/** Owns the address of an app's consent screen. */

import { BadRequest } from '../platform/errors.ts'
import type { AppDefinition } from './app-definition.ts'
import { namedParameters } from './parameter-names.ts'
import { readsIdToken } from './reads-id-token.ts'
import { renderEntries } from './template.ts'
import { clientOf, oauth2Of, upstreamContext, upstreamUrl, type UpstreamValues } from './upstream-context.ts'

export interface AuthorizeRequest extends UpstreamValues {
  redirectUri: string
  /** Single use, bound to the ConnectAttempt. */
  state: string
  /** S256 of the attempt's verifier (RFC 7636); not sent where the app refuses PKCE. */
  codeChallenge: string
  /** Sent only where identity reads the ID token (OpenID Connect Core 3.1.2.1). */
  nonce?: string
  scopes: readonly string[]
  /** For `scopes.user_param`. */
  userScopes?: readonly string[]
  /** For `scopes.optional_param`: granted where the user may, not missed where he may not. */
  optionalScopes?: readonly string[]
}

/**
 * The authorize request of RFC 6749 section 4.1.1 with the app's own parameters. Those never replace `state`,
 * `redirect_uri`, the client or the challenge: a catalogue file cannot weaken the flow.
 * @throws BadRequest if a field that takes part in the host has no or a bad value
 */
export function buildAuthorizeUrl(app: AppDefinition, request: AuthorizeRequest): string {
  const oauth = oauth2Of(app)
  const context = upstreamContext(app, request)
  const client = clientOf(app, request)
  if (client === undefined)
    throw new BadRequest(`${app.name_slug} has no OAuth client`, { code: 'upstream_client_missing' })
  const { param, user_param, optional_param, separator } = oauth.scopes
  const usesPkce = oauth.pkce !== 'no'
  const sendsNonce = readsIdToken(app) && oauth.id_token_nonce
  const parameters = {
    ...renderEntries(oauth.authorization_params, context),
    ...namedParameters(oauth, 'authorize', {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: request.redirectUri,
    }),
    state: request.state,
    ...(sendsNonce && request.nonce !== undefined ? { nonce: request.nonce } : {}),
    ...(usesPkce ? { code_challenge: request.codeChallenge, code_challenge_method: 'S256' } : {}),
  }
  const pairs = Object.entries(parameters).map(([name, value]) => pair(name, encodeURIComponent(value)))
  const scopePair = (name: string | false | undefined, scopes: readonly string[] = []) =>
    name === undefined || name === false || scopes.length === 0
      ? []
      : [pair(name, scopes.map(encodeURIComponent).join(encodedSeparator(separator)))]
  const query = [
    ...pairs,
    ...scopePair(param, request.scopes),
    ...scopePair(user_param, request.userScopes),
    ...scopePair(optional_param, request.optionalScopes),
  ].join('&')
  return withQuery(upstreamUrl(app, oauth.authorization_url, context), query)
}

const pair = (name: string, encodedValue: string) => `${encodeURIComponent(name)}=${encodedValue}`

// %20 is read as a blank by form decoders and by plain percent decoders; a `+` only by the former, and an app that
// asks for `+` (quirk A5) means the character itself.
const encodedSeparator = (separator: string) => (separator === '+' ? '+' : encodeURIComponent(separator))

/** After a fragment too: the consent screens of quirk A11 are routes behind a `#`. */
function withQuery(url: string, query: string): string {
  const tail = url.slice(url.indexOf('#') + 1)
  return `${url}${tail.includes('?') ? '&' : '?'}${query}`
}
