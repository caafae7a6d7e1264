/** Owns reading what a provider sends back with the browser: a code, or an error, or something that is refused. */
import type { CatalogApp } from '../apps/catalog.ts'
import { isHmacSha256Hex } from '../platform/crypto/hmac.ts'
import { issuerOf } from '../upstream/issuer.ts'
import { oauth2Of, upstreamContext, upstreamUrl, type UpstreamValues } from '../upstream/upstream-context.ts'
import { renderTemplate } from '../upstream/template.ts'
import { ConnectError, type ConnectErrorCode } from './connect-errors.ts'

/** Long ones are near 2,000 characters; what is longer than this is no code. */
const MAX_CODE_CHARACTERS = 4096
/** RFC 6749 appendix A.11. */
const CODE = /^[\x20-\x7e]+$/

/** RFC 6749 section 4.1.2.1, what Pipedrive and LinkedIn say for a refusal (quirk B4), GitHub's two about a client. Any other is `provider_error`. */
const ERRORS = new Map<string, ConnectErrorCode>([
  ['access_denied', 'user_refused'],
  ['user_denied', 'user_refused'],
  ['user_cancelled_login', 'user_refused'],
  ['user_cancelled_authorize', 'user_refused'],
  ['temporarily_unavailable', 'provider_unreachable'],
  ['unauthorized_client', 'client_refused'],
  ['invalid_client', 'client_refused'],
  ['invalid_scope', 'client_refused'],
  ['unsupported_response_type', 'client_refused'],
  ['redirect_uri_mismatch', 'client_refused'],
  ['application_suspended', 'client_refused'],
])

export type CallbackQuery = Readonly<Record<string, string>>

export interface Callback {
  code: string
  /** The parameters that the definition keeps (`callback_params`). */
  kept: Record<string, string>
}

/** Before anything is spent: a code that cannot be one never gets as far as the attempt. @throws ConnectError `code_invalid` */
export function requirePlausibleCode(app: CatalogApp, query: CallbackQuery): void {
  const code = query[app.oauth?.version === 1 ? 'oauth_verifier' : oauth2Of(app).code_param]
  if (query['error'] === undefined && code && (code.length > MAX_CODE_CHARACTERS || !CODE.test(code)))
    throw new ConnectError('code_invalid')
}

/**
 * An error wins over a code that comes with it.
 * @throws ConnectError one of `ERRORS`, `provider_error` or `provider_mismatch`; the provider's own words are for the log only
 */
export function readCallback(app: CatalogApp, query: CallbackQuery, values: UpstreamValues): Callback {
  const oauth = oauth2Of(app)
  requireIssuer(app, query['iss'], values)
  const code = query[oauth.code_param]
  // The second name is Meta's (quirk B4).
  const error = query['error'] ?? (code ? undefined : query['error_code'])
  if (error !== undefined) {
    const said = query['error_description'] ?? query['error_message'] ?? ''
    const detail = `${error}: ${said}`.slice(0, 300)
    throw new ConnectError(ERRORS.get(error) ?? 'provider_error', { detail })
  }
  if (!code) throw new ConnectError('provider_error', { detail: `the callback has no ${oauth.code_param}` })
  if (oauth.callback_check) requireSignature(app, oauth.callback_check, query, values)

  const kept: Record<string, string> = {}
  for (const [name, parameter] of Object.entries(oauth.callback_params)) {
    const value = query[parameter]
    const allowed = oauth.callback_allow[name]
    if (allowed && (value === undefined || !allowed.includes(value)))
      throw new ConnectError('provider_mismatch', { detail: `${parameter} is not one of the allowed values` })
    if (value !== undefined) kept[name] = value
  }
  return { code, kept }
}

/**
 * RFC 9207: where the answer names its issuer, it is the server we went to. Compared as text where the catalogue knows how that calls
 * itself, else by origin; so too where its name contains something that only the tokens tell.
 */
function requireIssuer(app: CatalogApp, given: string | undefined, values: UpstreamValues): void {
  if (given === undefined) return
  const oauth = oauth2Of(app)
  const context = upstreamContext(app, values)
  const known = issuerOf(oauth, context)
  const origin = new URL(oauth.issuer ?? upstreamUrl(app, oauth.authorization_url, context)).origin
  if (known === undefined ? URL.parse(given)?.origin !== origin : given !== known)
    throw new ConnectError('provider_mismatch', { detail: 'iss is another than the authorization server' })
}

type CallbackCheck = NonNullable<ReturnType<typeof oauth2Of>['callback_check']>

function requireSignature(
  app: CatalogApp,
  check: CallbackCheck,
  query: CallbackQuery,
  values: UpstreamValues,
): void {
  const signed = Object.entries(query)
    .filter(([name]) => name !== check.param)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
  const key = values.client?.secret ?? ''
  const holds = key !== '' && isHmacSha256Hex(key, signed, query[check.param] ?? '')
  const context = upstreamContext(app, values)
  const isExpected = Object.entries(check.equals).every(
    ([name, text]) => query[name] === renderTemplate(text, context),
  )
  if (!holds || !isExpected)
    throw new ConnectError('provider_mismatch', { detail: 'the signature of the callback does not hold' })
}
