/**
 * Owns how long before its end an access token is refreshed: a tenth of its life, at least 5 seconds, at most 5 minutes; and never more
 * than half of its life, or a short-lived one would be refreshed at every read.
 */

const MIN_MARGIN_MS = 5_000
const MAX_MARGIN_MS = 5 * 60_000

/** When to refresh a token issued at `issuedAt` that ends at `expiresAt`; null when its end is unknown. All in milliseconds. */
export function nextRefreshAt(expiresAt: number | null, issuedAt: number): number | null {
  if (expiresAt === null) return null
  const life = Math.max(0, expiresAt - issuedAt)
  const margin = Math.min(MAX_MARGIN_MS, Math.max(MIN_MARGIN_MS, life / 10), life / 2)
  return Math.round(expiresAt - margin)
}
