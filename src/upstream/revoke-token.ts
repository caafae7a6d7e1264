/** Owns telling an app that the tokens of an account are to end (quirk letters G0 to G4). */

import type { AppDefinition, RequestTemplate } from './app-definition.ts'
import { holds } from './condition.ts'
import { parseAnswer } from './parse-answer.ts'
import { refreshToken } from './refresh-token.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { buildRequest } from './template-request.ts'
import { tokenError } from './token-error.ts'
import { misconfigured, TokenRequestFailed } from './token-request-failed.ts'
import { builtCall, sendCall, type Upstream } from './token-request.ts'
import { clientOf, type UpstreamValues } from './upstream-context.ts'

const REVOCATION_TIMEOUT_MS = 15_000

export interface Revocation {
  /**
   * - `revoked`: the app says that it has ended the grant or the token.
   * - `already_gone`: the app no longer knew it.
   * - `not_supported`: the app offers no such call; nothing was sent.
   */
  outcome: 'revoked' | 'already_gone' | 'not_supported'
}

/** What apps say of a token that has ended: RFC 6750 section 3.1, RFC 6749 section 5.2, Slack and their like. */
const GONE = new Set([
  'invalid_token',
  'invalid_grant',
  'invalid_refresh_token',
  'bad_refresh_token',
  'refresh_token_expired',
  'token_revoked',
  'token_expired',
  'expired_token',
  'token_not_found',
  'invalid_auth',
  'account_inactive',
  'inactive_user',
])

/**
 * One revocation. To repeat it does no harm, whatever came of it: also a failure of kind `unknown` may be tried again.
 * Where the call is made with the access token and that one has expired, it is refreshed once for it.
 * @throws TokenRequestFailed `transient` or `unknown`: later; `configuration` (the client was refused, or the definition is wrong) and
 *   `permanent` (the app will not do it): not before somebody has changed something
 */
export async function revokeTokens(
  upstream: Upstream,
  app: AppDefinition,
  values: UpstreamValues,
  timeoutMs: number = REVOCATION_TIMEOUT_MS,
): Promise<Revocation> {
  const template = app.oauth?.revocation
  if (template === undefined) return { outcome: 'not_supported' }
  const first = await revoke(upstream, app, template, values, timeoutMs)
  if (first !== 'token_refused') return { outcome: first }
  // Refused may only mean expired: then the grant lives on with its refresh token.
  if (values.refreshToken === undefined || app.oauth?.version !== 2) return { outcome: 'already_gone' }
  const renewed = await refreshedForIt(upstream, app, values, timeoutMs)
  if (renewed === undefined) return { outcome: 'already_gone' }
  const second = await revoke(upstream, app, template, renewed, timeoutMs)
  return { outcome: second === 'token_refused' ? 'already_gone' : second }
}

/** Undefined when the refresh token is not good either. */
async function refreshedForIt(
  upstream: Upstream,
  app: AppDefinition,
  values: UpstreamValues,
  timeoutMs: number,
): Promise<UpstreamValues | undefined> {
  try {
    const { accessToken, refreshToken: current } = await refreshToken(upstream, app, { ...values, timeoutMs })
    return { ...values, accessToken, ...(current === undefined ? {} : { refreshToken: current }) }
  } catch (error) {
    if (error instanceof TokenRequestFailed && error.kind === 'permanent') return undefined
    throw error
  }
}

async function revoke(
  { egress, clock }: Upstream,
  app: AppDefinition,
  template: RequestTemplate,
  values: UpstreamValues,
  timeoutMs: number,
): Promise<'revoked' | 'already_gone' | 'token_refused'> {
  const call = builtCall(() => buildRequest(app, template, values, clock.now()))
  const host = new URL(call.url).hostname
  const { status, headers, body } = await sendCall(egress, call, timeoutMs)
  if (status >= 300 && status < 400)
    throw misconfigured(
      'upstream_redirect',
      `The revocation endpoint at ${host} answers with a redirect, which is not followed`,
    )
  const answer = parseAnswer(body.toString(), headers['content-type'] ?? '')
  const isSuccess = status >= 200 && status < 300
  if (isSuccess && (template.ok === undefined || holds(template.ok, answer))) return 'revoked'

  const retryAfter = retryAfterSeconds(headers['retry-after'], clock.now())
  const failure = tokenError({
    host,
    status,
    answer,
    request: 'revocation',
    ...ownErrorsOf(app),
    secrets: [values.accessToken, values.refreshToken, clientOf(app, values)?.secret].filter(
      (secret) => secret !== undefined,
    ),
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
  })
  const { upstreamError } = failure
  const isGone =
    upstreamError !== undefined &&
    (GONE.has(upstreamError) || ownErrorsOf(app).permanentErrors.includes(upstreamError))
  const withAccount = template.auth === 'account'
  if (withAccount && (status === 401 || isGone)) return 'token_refused'
  // A client that is refused says nothing of the token.
  if (isGone && status !== 401) return 'already_gone'
  if (template.method === 'DELETE' && (status === 404 || status === 410)) return 'already_gone'
  if (upstreamError === 'unsupported_token_type')
    throw new TokenRequestFailed({
      kind: 'permanent',
      code: 'revocation_unsupported',
      message: `${host} does not revoke tokens of this kind`,
      upstreamError,
      upstreamStatus: status,
    })
  throw failure
}

/** How the app's token endpoint names the end of a grant, it does elsewhere too. */
function ownErrorsOf({ oauth }: AppDefinition): { permanentErrors: readonly string[]; errorField?: string } {
  if (oauth?.version !== 2) return { permanentErrors: [] }
  const { permanent_errors: permanentErrors, error_in_200: inSuccess } = oauth.token_response
  return { permanentErrors, ...(inSuccess === undefined ? {} : { errorField: inSuccess.error_field }) }
}
