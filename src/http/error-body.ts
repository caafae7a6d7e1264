/** Owns turning any error into an answer. Nothing else in the server writes an error body. */
import { OAuthError } from '../api-clients/oauth-error.ts'
import { isOutage } from '../db/outage.ts'
import { AppError } from '../platform/errors.ts'
import { wordsOfPattern } from '../platform/text-patterns.ts'

export interface ErrorAnswer {
  status: number
  headers: Record<string, string>
  body: { error: string; code?: string; details?: Record<string, unknown>; error_description?: string }
  /** Whether the operator should see it: it is ours, not the caller's. */
  ours: boolean
}

const OUTAGE_RETRY_AFTER_SECONDS = '2'

/** `oauth`: the endpoint answers in the shape of RFC 6749 section 5.2, whatever went wrong. */
export function errorAnswer(error: unknown, oauth: boolean): ErrorAnswer {
  if (isOutage(error)) {
    const headers = { 'retry-after': OUTAGE_RETRY_AFTER_SECONDS }
    const message = 'The server cannot reach its storage; try again shortly'
    const body = oauth
      ? { error: 'temporarily_unavailable', error_description: message }
      : { error: message, code: 'unavailable' }
    return { status: 503, headers, body, ours: true }
  }
  if (error instanceof OAuthError) {
    return {
      status: error.status,
      headers: error.headers,
      body: { error: error.error, error_description: error.message },
      ours: error.status >= 500,
    }
  }
  const known = error instanceof AppError ? error : fromFramework(error)
  if (!known) {
    const body = oauth ? { error: 'server_error' } : { error: 'Internal server error', code: 'internal' }
    return { status: 500, headers: {}, body, ours: true }
  }
  const body = oauth
    ? {
        error: 'invalid_request',
        error_description: known.message.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, ' '),
      }
    : {
        error: known.message,
        ...(known.code === undefined ? {} : { code: known.code }),
        ...(known.details === undefined ? {} : { details: known.details }),
      }
  return { status: known.status, headers: known.headers, body, ours: known.status >= 500 }
}

/** What the schema's checker found first. */
interface Verdict {
  keyword?: string
  instancePath?: string
  message?: string
  params?: Record<string, unknown>
}

interface FrameworkError {
  statusCode?: number
  code?: string
  message?: string
  validation?: Verdict[]
  validationContext?: string
}

const PLAIN_WORDS: Record<string, string> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The content type is not supported here',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body does not have the announced length',
  FST_ERR_BAD_URL: 'The path is not valid',
  FST_ERR_MAX_PARAM_LENGTH: 'The path is too long',
}

/** Fastify's own refusals and the schema's verdicts, in our words. */
function fromFramework(error: unknown): AppError | undefined {
  if (!(error instanceof Error)) return undefined
  const { statusCode, code = '', validation, validationContext } = error as Error & FrameworkError
  if (validation) {
    const first = validation[0]
    const where = [validationContext, ...(first?.instancePath ?? '').split('/').slice(1)].join('.')
    return new AppError(400, sentence(where, first), { code: 'invalid_parameter' })
  }
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined
  return new AppError(statusCode, PLAIN_WORDS[code] ?? 'The request is not valid', {
    code: 'invalid_request',
  })
}

function sentence(where: string, { keyword = '', message, params = {} }: Verdict = {}): string {
  switch (keyword) {
    case 'required':
      return `${String(params['missingProperty'])} is missing (in ${where})`
    case 'additionalProperties':
      return `${String(params['additionalProperty']).slice(0, 100)} is unknown (in ${where})`
    case 'enum':
      return `${where} must be one of ${(params['allowedValues'] as string[]).join(', ')}`
    case 'minLength':
      return `${where} must ${params['limit'] === 1 ? 'not be empty' : `have at least ${String(params['limit'])} characters`}`
    case 'maxLength':
      return `${where} must have at most ${String(params['limit'])} characters`
    case 'format':
      return `${where} must be a time such as 2026-11-22T12:00:00Z`
    case 'pattern':
      return `${where} ${wordsOfPattern(String(params['pattern']))}`
    default:
      return `${where} ${message ?? 'is not valid'}`
  }
}
