/** Owns the errors of the OAuth endpoints, whose shape RFC 6749 section 5.2 fixes. */
import { AppError, type ErrorOptions } from '../platform/errors.ts'

export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'

/** `message` becomes `error_description`: printable ASCII without `"` and `\` (RFC 6749 section 5.2). */
export class OAuthError extends AppError {
  readonly error: OAuthErrorCode

  constructor(status: number, error: OAuthErrorCode, message: string, options?: ErrorOptions) {
    super(status, message, options)
    this.error = error
  }
}

export const invalidRequest = (message: string) => new OAuthError(400, 'invalid_request', message)
