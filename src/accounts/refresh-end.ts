/** Owns when a refresh token itself ends, from what the provider and the catalogue say. */
import type { Lifecycle } from '../upstream/app-definition.ts'

export type EndRules = Partial<Pick<Lifecycle, 'refresh_idle_ttl_s' | 'refresh_total_ttl_s'>>

/** Times in milliseconds since the epoch. */
export interface EndFacts {
  /** What the provider's answer said; null where it said nothing. */
  answered: number | null
  /** When the refresh token was issued or used. */
  now: number
  /** When the person gave consent. */
  connectedAt: number
  /** The state before a refresh that left the refresh token as it was: an end that was answered then still holds. */
  before?: { end: number | null; refreshedAt: number | null }
}

const isIdleEnd = (end: number, usedAt: number | null, { refresh_idle_ttl_s: idle }: EndRules): boolean =>
  idle !== undefined && usedAt !== null && Math.abs(end - usedAt - idle * 1000) < 60_000

/** The earliest of all ends that are known; null when none is. */
export function refreshEndOf(
  rules: EndRules,
  { answered, now, connectedAt, before }: EndFacts,
): number | null {
  const ends: number[] = []
  if (answered !== null) ends.push(answered)
  else if (before && before.end !== null && !isIdleEnd(before.end, before.refreshedAt, rules)) {
    ends.push(before.end)
  }
  if (rules.refresh_total_ttl_s !== undefined) ends.push(connectedAt + rules.refresh_total_ttl_s * 1000)
  // What the answer says of this very token is worth more than what is known of all.
  if (answered === null && rules.refresh_idle_ttl_s !== undefined)
    ends.push(now + rules.refresh_idle_ttl_s * 1000)
  return ends.length === 0 ? null : Math.min(...ends)
}

/** How long a refresh token with that `end` lives in all: from its last use where use prolongs it, else from the consent. */
export const lifeUntil = (
  end: number,
  rules: EndRules,
  { connectedAt, refreshedAt }: { connectedAt: number; refreshedAt: number | null },
): number => end - (isIdleEnd(end, refreshedAt, rules) ? refreshedAt! : connectedAt)
