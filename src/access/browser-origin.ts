/** Owns from which origins a browser may use a Connect token (decisions 3.8). */
import { Forbidden } from '../platform/errors.ts'
import type { Caller } from './caller.ts'

const EXPOSED = 'Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id'

/** The headers that make an answer readable to a page of `origin`. Credentials mode is never allowed. */
export const readableBy = (origin: string): Record<string, string> => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': EXPOSED,
})

/** Scheme, host and port in their one spelling; undefined for what is not an origin (`null`, a path, a user). */
export function normalOrigin(text: string): string | undefined {
  const url = /^https?:\/\/[^\s/\\?#@]+$/i.test(text) ? URL.parse(text) : null
  return url?.origin
}

/**
 * Judges the real request. Returns the headers that make the answer readable to the page, which are none for an API client.
 * @throws Forbidden before any effect when a browser brings a Connect token from an origin the token does not list
 */
export function judgeOrigin(
  caller: Caller,
  origin: string | undefined,
  publicUrl: string,
): Record<string, string> {
  if (origin === undefined || caller.kind !== 'connect_token') return {}
  const normal = normalOrigin(origin)
  if (
    normal !== undefined &&
    (normal === new URL(publicUrl).origin || caller.allowedOrigins?.includes(normal))
  ) {
    return readableBy(normal)
  }
  throw new Forbidden('This origin is not in allowed_origins of the Connect token', {
    code: 'origin_not_allowed',
  })
}
