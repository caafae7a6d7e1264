/** Owns trying an account's credentials out with the request its app names for that. */

import { AppError } from '../platform/errors.ts'
import type { AppDefinition } from './app-definition.ts'
import { holds } from './condition.ts'
import type { Egress } from './egress.ts'
import { parseJson } from './parse-json.ts'
import { buildRequest } from './template-request.ts'
import type { UpstreamValues } from './upstream-context.ts'

const TEST_TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 2_000_000

/**
 * `refused` is the upstream's verdict on the credentials (401, 403, or its own words in a success); `failed` and the
 * codes of our own errors (`upstream_timeout`, `injection_unsupported`, ...) only say that there was none. `status`
 * is null when there was no answer.
 */
export type TestResult = { ok: true } | { ok: false; status: number | null; reason: string }

/** Sends the app's `test_request`; an app without one passes. Does not throw for what upstream or values do. */
export async function runTestRequest(
  egress: Egress,
  app: AppDefinition,
  values: UpstreamValues,
): Promise<TestResult> {
  const template = app.test_request
  if (template === undefined) return { ok: true }
  try {
    const request = buildRequest(app, template, values)
    const { status, body } = await egress.request({
      ...request,
      timeoutMs: TEST_TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
    })
    if (status === 401 || status === 403) return { ok: false, status, reason: 'refused' }
    if (status < 200 || status >= 300) return { ok: false, status, reason: 'failed' }
    if (template.ok === undefined) return { ok: true }
    const answer = parseJson(body.toString())
    if (answer === undefined) return { ok: false, status, reason: 'failed' }
    return holds(template.ok, answer) ? { ok: true } : { ok: false, status, reason: 'refused' }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ok: false, status: null, reason: error.code ?? 'failed' }
  }
}
