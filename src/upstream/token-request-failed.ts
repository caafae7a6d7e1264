/** Owns how a token request can fail, in the terms that decide what happens to the account. */

import { AppError } from '../platform/errors.ts'

/**
 * - `configuration`: the OAuthApp or the definition is wrong; the account is not to blame.
 * - `permanent`: the upstream will not honour this code or refresh token again.
 * - `transient`: nothing happened, and a later attempt may succeed.
 * - `unknown`: the upstream may have acted, and spent a rotating refresh token, without us learning the result.
 */
export type TokenFailureKind = 'configuration' | 'permanent' | 'transient' | 'unknown'

export interface TokenFailure {
  kind: TokenFailureKind
  /** Our own stable reason. */
  code: string
  message: string
  /** The error code in the upstream's answer, if it gave one. */
  upstreamError?: string
  /** The upstream's words, cleaned and without anything we sent. */
  upstreamDescription?: string
  /** HTTP status of the answer. */
  upstreamStatus?: number
  /** What `Retry-After` asked for. */
  retryAfterSeconds?: number
  detail?: unknown
}

export class TokenRequestFailed extends AppError {
  readonly kind: TokenFailureKind
  readonly upstreamError: string | undefined
  readonly upstreamStatus: number | undefined
  readonly retryAfterSeconds: number | undefined

  constructor({ kind, code, message, detail, retryAfterSeconds, ...upstream }: TokenFailure) {
    const details = {
      upstream_error: upstream.upstreamError,
      upstream_description: upstream.upstreamDescription,
      upstream_status: upstream.upstreamStatus,
    }
    super(code === 'upstream_timeout' ? 504 : 502, message, { code, details, detail })
    this.kind = kind
    this.upstreamError = upstream.upstreamError
    this.upstreamStatus = upstream.upstreamStatus
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** The upstream has answered, and said no to what was presented. */
  get isRefusal(): boolean {
    return (this.kind === 'permanent' || this.kind === 'configuration') && this.upstreamStatus !== undefined
  }
}

/** Nothing was sent or accepted, and it is not the account's fault. */
export const misconfigured = (code: string, message: string): TokenRequestFailed =>
  new TokenRequestFailed({ kind: 'configuration', code, message })
