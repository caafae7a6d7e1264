/** Owns the three steps of OAuth 1.0a (RFC 5849 section 2): a request token, the way to the consent screen, an access token. */

import type { AppDefinition, OAuth1Definition } from './app-definition.ts'
import { readPath } from './answer-path.ts'
import { oauth1Authorization } from './oauth1-authorization.ts'
import { parseAnswer } from './parse-answer.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { renderEntries } from './template.ts'
import { tokenError } from './token-error.ts'
import { misconfigured, TokenRequestFailed } from './token-request-failed.ts'
import { builtCall, sendCall, type Upstream } from './token-request.ts'
import { clientOf, upstreamContext, upstreamUrl, type UpstreamValues } from './upstream-context.ts'
import { withQuery } from './with-query.ts'

const TIMEOUT_MS = 12_000

/** A request token or an access token, with the secret that signs for it. */
export interface OAuth1Token {
  token: string
  secret: string
}

/** Section 2.1. @throws TokenRequestFailed */
export async function fetchRequestToken(
  upstream: Upstream,
  app: AppDefinition,
  values: UpstreamValues,
  callbackUrl: string,
): Promise<OAuth1Token> {
  const { request_token_url } = oauth1Of(app)
  const call = { url: request_token_url, more: { oauth_callback: callbackUrl } }
  const { answer, host, ...token } = await fetchToken(upstream, app, values, call)
  // Anything but a yes is 1.0 without the `a`, where nothing binds the answer to the browser that asked.
  if (readPath(answer, 'oauth_callback_confirmed') === 'false')
    throw misconfigured('upstream_callback_refused', `${host} does not accept the callback address`)
  return token
}

/** Section 2.2, with the app's own parameters. @throws BadRequest if a field that takes part in the host has no or a bad value */
export function oauth1AuthorizeUrl(
  app: AppDefinition,
  values: UpstreamValues,
  requestToken: string,
  scopes: readonly string[],
): string {
  const { authorization_url, authorization_params, scopes: format } = oauth1Of(app)
  const context = upstreamContext(app, { ...values, scopes })
  const { param, separator } = format
  return withQuery(upstreamUrl(app, authorization_url, context), {
    ...(param === false || scopes.length === 0 ? {} : { [param]: scopes.join(separator) }),
    ...renderEntries(authorization_params, context),
    oauth_token: requestToken,
  }).href
}

/** Section 2.3, once. @throws TokenRequestFailed */
export async function exchangeVerifier(
  upstream: Upstream,
  app: AppDefinition,
  values: UpstreamValues,
  requestToken: OAuth1Token,
  verifier: string,
): Promise<OAuth1Token & { answer: unknown }> {
  const call = { url: oauth1Of(app).token_url, requestToken, more: { oauth_verifier: verifier } }
  const { host: _host, ...token } = await fetchToken(upstream, app, values, call)
  return token
}

/** The OAuth 1 half of a definition. @throws Error: asking for another app is a mistake of the caller's */
export function oauth1Of(app: AppDefinition): OAuth1Definition {
  if (app.oauth?.version !== 1) throw new Error(`${app.name_slug} does not use OAuth 1`)
  return app.oauth
}

interface TokenStep {
  url: string
  requestToken?: OAuth1Token
  more: Readonly<Record<string, string>>
}

async function fetchToken(
  { egress, clock }: Upstream,
  app: AppDefinition,
  values: UpstreamValues,
  { url: template, requestToken, more }: TokenStep,
): Promise<OAuth1Token & { answer: unknown; host: string }> {
  const client = clientOf(app, values)
  if (client === undefined)
    throw misconfigured('upstream_client_missing', `${app.name_slug} has no OAuth client`)
  const secrets = { client: client.secret ?? '', token: requestToken?.secret ?? '' }
  const call = builtCall(() => {
    const url = new URL(upstreamUrl(app, template, upstreamContext(app, values)))
    const signer = {
      signatureMethod: oauth1Of(app).signature_method,
      clientId: client.id,
      secrets,
      ...(requestToken === undefined ? {} : { token: requestToken.token }),
      now: clock.now(),
    }
    const authorization = oauth1Authorization({ method: 'POST', url }, signer, more)
    return { method: 'POST', url, headers: { accept: '*/*', authorization } }
  })
  const host = new URL(call.url).hostname
  const { status, headers, body } = await sendCall(egress, call, TIMEOUT_MS)
  const answer = parseAnswer(body.toString(), headers['content-type'] ?? '')
  if (status < 200 || status >= 300) {
    const retryAfter = retryAfterSeconds(headers['retry-after'], clock.now())
    throw tokenError({
      host,
      status,
      answer,
      secrets: [...Object.values(secrets), ...Object.values(more)],
      ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
    })
  }
  const token = readPath(answer, 'oauth_token')
  const secret = readPath(answer, 'oauth_token_secret')
  if (!isPrintable(token) || token === '' || !isPrintable(secret))
    throw new TokenRequestFailed({
      kind: 'unknown',
      code: 'upstream_outcome_unknown',
      message: `The answer of ${host} holds no usable token`,
    })
  return { token, secret, answer, host }
}

const isPrintable = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x20-\x7e]*$/.test(value)
