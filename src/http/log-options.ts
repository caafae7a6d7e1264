/** Owns what a request leaves in the log: an allow-list of fields, no header, no query, no token in a path. */
import { LogController } from 'fastify'
import { mintHex } from '../platform/crypto/secrets.ts'

interface LoggedError {
  name: string
  message: string
  stack?: string
  code?: unknown
  detail?: unknown
  cause?: unknown
}

/** Of an error: its kind, its public text, our private detail and where it happened; never the values it carries. */
export const errorForLog = (error: unknown) => {
  const { name, message, stack, code, detail, cause } = error as LoggedError
  return {
    type: name,
    message,
    code,
    detail: typeof detail === 'string' ? detail : undefined,
    cause: cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined,
    stack,
  }
}

/** For errors logged as `err`; there is no serializer for requests, which log named fields only. */
export const logSerializers = { err: errorForLog }

/** One line per answer is written by our own hook; the framework's own would hold the address with its query. */
export const logOptions = {
  genReqId: () => `req_${mintHex(8)}`,
  logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
}
