/** Owns preflights: answered for any origin on the paths a browser client calls, because the token is not known yet (decisions 3.8). */

const PREFLIGHT_MAX_AGE_SECONDS = 600
const METHODS = 'GET, POST, PUT, PATCH, DELETE, OPTIONS'

/** The paths a browser client calls, in their canonical form. The token endpoint and all else have no CORS. */
export const isBrowserPath = (path: string): boolean => path.startsWith('/v1/connect/')

/** Grants nothing. The list of headers asked for is echoed, because `*` would not cover authorization (Fetch standard). */
export const preflightHeaders = (
  origin: string,
  requestedHeaders: string | undefined,
): Record<string, string> => ({
  'access-control-allow-origin': origin,
  'access-control-allow-methods': METHODS,
  ...(requestedHeaders === undefined ? {} : { 'access-control-allow-headers': requestedHeaders }),
  'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
})
