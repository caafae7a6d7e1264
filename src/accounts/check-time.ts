/** Owns when an account is looked at again although nobody reads it: to try its keys out, to warn of its end, or to say that it has come. */
import type { CatalogApp } from '../apps/catalog.ts'
import { expiryWarning, type WarnedRow } from './expiry-warning.ts'
import type { AccountRow } from './store.ts'

const HOUR_MS = 3_600_000
const JITTER = 0.2

/** Keys and tokens that nothing ever refreshes prove themselves only when they are used. */
export const isTriedOut = (kind: WarnedRow['kind'], app: CatalogApp | undefined): boolean =>
  kind !== 'refreshable' && app?.test_request !== undefined

/** `random` in [0, 1) spreads accounts that were connected together over a tenth to either side. */
export const retestAt = (now: number, hours: number, random: number): number =>
  Math.round(now + hours * HOUR_MS * (1 - JITTER / 2 + JITTER * random))

export type CheckedRow = WarnedRow & Pick<AccountRow, 'last_checked_at'>

/** The earliest of the next try-out, the next warning and the end of a token that nothing renews; null when none will ever be due. */
export function nextCheckAt(
  row: CheckedRow,
  app: CatalogApp | undefined,
  nextRetestAt: number | null,
): number | null {
  const warnAt = expiryWarning(row, app)?.at
  const at = Math.min(nextRetestAt ?? Infinity, warnAt ?? Infinity, endOf(row) ?? Infinity)
  return at === Infinity ? null : at
}

/** Of a token that nothing renews; undefined once the account is known to be unhealthy, or has been tried out after its end. */
export function endOf(row: CheckedRow): number | undefined {
  const { kind, expires_at: end, unhealthy_at, dead_at, last_checked_at: triedAt } = row
  if (kind !== 'static' || end === null || unhealthy_at !== null || dead_at !== null) return undefined
  return triedAt !== null && triedAt >= end ? undefined : end
}
