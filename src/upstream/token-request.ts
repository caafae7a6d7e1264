/** Owns one call of a token endpoint: how the client proves itself, how parameters travel, how the call can fail. */

import type { Clock } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import type { AppDefinition, TokenResponse } from './app-definition.ts'
import { clientProof } from './client-proof.ts'
import type { Egress, OutboundRequest, OutboundResponse } from './egress.ts'
import { EgressFailed, EgressTimedOut } from './egress-failure.ts'
import { lowerCaseNames } from './lower-case-names.ts'
import { namedParameters, type ParameterPlace } from './parameter-names.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { asTexts, renderValues } from './render-values.ts'
import { renderEntries } from './template.ts'
import { readTokenAnswer, type TokenAnswer, type TokenSet } from './token-answer.ts'
import { misconfigured, TokenRequestFailed } from './token-request-failed.ts'
import { oauth2Of, upstreamContext, upstreamUrl, type UpstreamValues } from './upstream-context.ts'
import { withQuery } from './with-query.ts'

const MAX_ANSWER_BYTES = 1_000_000

/** What a token call needs of the server. */
export interface Upstream {
  egress: Egress
  clock: Clock
}

export type TokenCall = Omit<OutboundRequest, 'timeoutMs' | 'maxBytes'>

/** How an answer is to be read, beside what the definition says. */
export interface TokenExpectation {
  response: TokenResponse
  scopes: readonly string[] | null
  refreshToken?: string
  /** What was sent and must not come back in an error's text. */
  secrets: readonly string[]
}

/** Builds the call of RFC 6749 sections 4.1.3 and 6, with the app's own parameters laid over the standard ones. `now` in milliseconds. */
export function tokenCall(
  app: AppDefinition,
  values: UpstreamValues,
  place: Exclude<ParameterPlace, 'authorize'>,
  standard: Readonly<Record<string, string | undefined>>,
  now: number,
): TokenCall {
  const oauth = oauth2Of(app)
  const context = upstreamContext(app, values)
  const template = place === 'refresh' ? (oauth.refresh_url ?? oauth.token_url) : oauth.token_url
  const extra = place === 'refresh' ? oauth.refresh_params : oauth.token_params
  const url = upstreamUrl(app, template, context)
  const grant = standard['code'] ?? standard['refresh_token']
  const proof = clientProof(app, values, { url, grant, now })
  const parameters = {
    ...namedParameters(oauth, place, { ...standard, ...proof.parameters }),
    ...renderValues(extra, context),
  }
  const headers = {
    accept: 'application/json',
    ...proof.headers,
    ...lowerCaseNames(renderEntries(oauth.token_headers, context)),
  }
  if (oauth.token_method === 'GET')
    return { method: 'GET', url: withQuery(url, asTexts(parameters)), headers }
  const type = 'content-type'
  switch (oauth.token_body) {
    case 'query':
      return { method: 'POST', url: withQuery(url, asTexts(parameters)), headers }
    case 'form':
      return {
        method: 'POST',
        url,
        headers: { [type]: 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(asTexts(parameters)).toString(),
      }
    // The apps that take both document JSON.
    case 'json':
    case 'json_or_form':
      return {
        method: 'POST',
        url,
        headers: { [type]: 'application/json', ...headers },
        body: JSON.stringify(parameters),
      }
  }
}

/** As `sendForTokens`, with what the app's definition says of answers. @throws TokenRequestFailed */
export async function requestTokens(
  upstream: Upstream,
  app: AppDefinition,
  buildCall: () => TokenCall,
  timeoutMs: number,
  expected: TokenExpectation,
): Promise<TokenSet> {
  const { lifecycle, scopes } = oauth2Of(app)
  return sendForTokens(upstream, buildCall, timeoutMs, {
    ...expected,
    lifecycle,
    scopeSeparator: scopes.separator,
  })
}

/**
 * Builds the call, sends it once, never again and nowhere else, and reads the answer.
 * @throws TokenRequestFailed
 */
export async function sendForTokens(
  { egress, clock }: Upstream,
  buildCall: () => TokenCall,
  timeoutMs: number,
  expected: TokenExpectation & Pick<TokenAnswer, 'lifecycle' | 'scopeSeparator'>,
): Promise<TokenSet> {
  const call = builtCall(buildCall)
  const host = new URL(call.url).hostname
  const { status, headers, body } = await sendCall(egress, call, timeoutMs)
  if (status >= 300 && status < 400)
    throw misconfigured(
      'upstream_redirect',
      `The token endpoint at ${host} answers with a redirect, which is not followed`,
    )
  const now = clock.now()
  const retryAfter = retryAfterSeconds(headers['retry-after'], now)
  return readTokenAnswer({
    ...expected,
    host,
    status,
    contentType: headers['content-type'] ?? '',
    text: body.toString(),
    now,
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
  })
}

/** A template without its value, or with a bad one: nothing was sent, and the account is not to blame. @throws TokenRequestFailed */
export function builtCall(buildCall: () => TokenCall): TokenCall {
  try {
    return buildCall()
  } catch (error) {
    if (error instanceof TokenRequestFailed || !(error instanceof AppError)) throw error
    throw misconfigured(error.code ?? 'bad_app_definition', error.message)
  }
}

/** Once. @throws TokenRequestFailed when there is no answer */
export async function sendCall(
  egress: Egress,
  call: TokenCall,
  timeoutMs: number,
): Promise<OutboundResponse> {
  try {
    return await egress.request({ ...call, timeoutMs, maxBytes: MAX_ANSWER_BYTES })
  } catch (error) {
    if (!(error instanceof EgressFailed || error instanceof EgressTimedOut)) throw error
    const code = error.code ?? 'upstream_unreachable'
    const blocked = code === 'egress_blocked'
    const kind = blocked ? 'configuration' : error.sent ? 'unknown' : 'transient'
    throw new TokenRequestFailed({ kind, code, message: error.message, detail: error.detail })
  }
}
