/**
 * Owns when an access token is refreshed: before its end by a tenth of its life, at least 5 seconds, at most 5 minutes, and never more
 * than half of its life, or a short-lived one would be refreshed at every read; and often enough that the refresh token stays in use.
 */
import type { Lifecycle } from '../upstream/app-definition.ts'

export type RefreshRules = Partial<Pick<Lifecycle, 'min_age_s' | 'refresh_idle_ttl_s'>>

const MIN_MARGIN_MS = 5_000
const MAX_MARGIN_MS = 5 * 60_000
/** An unused refresh token is used when this part of its idle limit has passed: an outage of weeks still leaves time. */
const KEEP_ALIVE_PART = 0.5

/**
 * When to refresh a token issued at `issuedAt` that ends at `expiresAt`; null when its end is unknown and no idle limit asks for it. All
 * in milliseconds. Never before the app's minimum age.
 */
export function nextRefreshAt(
  expiresAt: number | null,
  issuedAt: number,
  rules: RefreshRules = {},
): number | null {
  const due = Math.min(
    expiresAt === null ? Infinity : expiresAt - marginOf(expiresAt, issuedAt),
    rules.refresh_idle_ttl_s === undefined
      ? Infinity
      : issuedAt + rules.refresh_idle_ttl_s * 1000 * KEEP_ALIVE_PART,
  )
  if (due === Infinity) return null
  const earliest = rules.min_age_s === undefined ? due : issuedAt + rules.min_age_s * 1000
  return Math.round(Math.max(due, earliest))
}

function marginOf(expiresAt: number, issuedAt: number): number {
  const life = Math.max(0, expiresAt - issuedAt)
  return Math.min(MAX_MARGIN_MS, Math.max(MIN_MARGIN_MS, life / 10), life / 2)
}
