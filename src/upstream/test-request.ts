/** Owns trying an account's credentials out with the request its app names for that. */

import { AppError } from '../platform/errors.ts'
import type { AppDefinition, TestRequest } from './app-definition.ts'
import { holds } from './condition.ts'
import type { Requester } from './minted-tokens.ts'
import { parseJson } from './parse-json.ts'
import { sendRequest } from './send-request.ts'
import { TokenRequestFailed } from './token-request-failed.ts'
import type { UpstreamValues } from './upstream-context.ts'

const TEST_TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 2_000_000

/**
 * `refused` is the upstream's verdict on the credentials (see `isRefusal`, or its own words in a success); `failed` and the
 * codes of our own errors (`upstream_timeout`, `upstream_unavailable`, ...) only say that there was none. `status`
 * is null when there was no answer.
 */
export type TestResult = { ok: true } | { ok: false; status: number | null; reason: string }

/** A 404 is about the account where one of its values stands in the address: a subdomain, an account id, a key in the path. */
function isRefusal(
  { proxy }: AppDefinition,
  { url, refused_statuses }: TestRequest,
  status: number,
): boolean {
  if (refused_statuses.includes(status)) return true
  const address = url.startsWith('/') ? `${proxy.base_url}${url}` : url
  return status === 404 && (address.includes('custom_fields.') || proxy.auth?.type === 'path_prefix')
}

/** Sends the app's `test_request`; an app without one passes. Does not throw for what upstream or values do. */
export async function runTestRequest(
  requester: Requester,
  app: AppDefinition,
  values: UpstreamValues,
): Promise<TestResult> {
  const template = app.test_request
  if (template === undefined) return { ok: true }
  try {
    const { status, body } = await sendRequest(requester, app, template, values, {
      timeoutMs: TEST_TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
    })
    if (isRefusal(app, template, status)) return { ok: false, status, reason: 'refused' }
    if (status < 200 || status >= 300) return { ok: false, status, reason: 'failed' }
    if (template.ok === undefined) return { ok: true }
    const answer = parseJson(body.toString())
    if (answer === undefined) return { ok: false, status, reason: 'failed' }
    return holds(template.ok, answer) ? { ok: true } : { ok: false, status, reason: 'refused' }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    // The keys buy no token: that is the upstream's verdict on them.
    if (error instanceof TokenRequestFailed && error.isRefusal)
      return { ok: false, status: error.upstreamStatus ?? null, reason: 'refused' }
    return { ok: false, status: null, reason: error.code ?? 'failed' }
  }
}
