/** Owns the errors a caller may see: a public half that leaves the server and a private half for the log. */

export interface ErrorOptions {
  /** Machine-readable reason, stable across versions; the same in API, page, log and event. */
  code?: string
  /** Public, structured facts that help the caller; never a secret. */
  details?: Record<string, unknown>
  /** Private: for the operator's log only. */
  detail?: unknown
  cause?: unknown
  headers?: Record<string, string>
}

/** An error whose `message` is written for the caller. `status` is the HTTP status it leaves with. */
export class AppError extends Error {
  readonly status: number
  readonly code: string | undefined
  readonly details: Record<string, unknown> | undefined
  readonly detail: unknown
  readonly headers: Record<string, string>

  constructor(status: number, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.status = status
    this.code = options.code
    this.details = options.details
    this.detail = options.detail
    this.headers = options.headers ?? {}
  }
}

/** 400: the request is malformed or asks for something that cannot be. */
export class BadRequest extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super(400, message, options)
  }
}

/** 401: no usable credential. The `WWW-Authenticate` challenge is RFC 6750 section 3. */
export class Unauthorized extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super(401, message, options)
  }
}

/** 403: a known caller that may not do this. */
export class Forbidden extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super(403, message, options)
  }
}

/** 404: unknown, or another tenant's; the two look the same (decisions 3.10), so the text is fixed. */
export class NotFound extends AppError {
  constructor(options?: ErrorOptions) {
    super(404, 'Not found', options)
  }
}

/** 429 with the headers that say for how long; body text as contract section 3.1 documents it. */
export class TooManyRequests extends AppError {
  constructor(headers: Record<string, string>) {
    super(429, 'Throttled', { headers })
  }
}

/** 502: the upstream answered with a failure or with something unusable. */
export class UpstreamFailed extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super(502, message, options)
  }
}

/** 504: the upstream did not answer in time. */
export class UpstreamTimedOut extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super(504, message, options)
  }
}

/** 503 with `Retry-After`: an outage of ours or a wait that a retry can mend (the SDKs repeat on 503). */
export class Unavailable extends AppError {
  constructor(message: string, retryAfterSeconds: number, options: ErrorOptions = {}) {
    super(503, message, {
      ...options,
      headers: { ...options.headers, 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) },
    })
  }
}
