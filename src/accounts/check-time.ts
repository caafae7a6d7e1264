/** Owns when an account is looked at again although nobody reads it: to try its keys out, or to warn of its end. */
import type { CatalogApp } from '../apps/catalog.ts'
import { expiryWarning, type WarnedRow } from './expiry-warning.ts'

const HOUR_MS = 3_600_000
const JITTER = 0.2

/** Keys and tokens that nothing ever refreshes prove themselves only when they are used. */
export const isTriedOut = (kind: WarnedRow['kind'], app: CatalogApp | undefined): boolean =>
  kind !== 'refreshable' && app?.test_request !== undefined

/** `random` in [0, 1) spreads accounts that were connected together over a tenth to either side. */
export const retestAt = (now: number, hours: number, random: number): number =>
  Math.round(now + hours * HOUR_MS * (1 - JITTER / 2 + JITTER * random))

/** The earlier of the next try-out and the next warning; null when neither will ever be due. */
export function nextCheckAt(
  row: WarnedRow,
  app: CatalogApp | undefined,
  nextRetestAt: number | null,
): number | null {
  const at = Math.min(nextRetestAt ?? Infinity, expiryWarning(row, app)?.at ?? Infinity)
  return at === Infinity ? null : at
}
