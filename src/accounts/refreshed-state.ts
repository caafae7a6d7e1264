/** Owns what a successful refresh makes of an account. */
import type { App } from '../app.ts'
import { isTriedOut, nextCheckAt, retestAt } from './check-time.ts'
import { expiryWarning } from './expiry-warning.ts'
import type { JournalEntry } from './journal.ts'
import { nextRefreshAt } from './refresh-margin.ts'
import type { AccountRow, AccountWithCredentials } from './store.ts'

/** Answers that say how long is left name the same end a little sooner or later. */
const SAME_END_MS = 60_000

/** The columns to write; `before` is the row that the refresh replaces. */
export function refreshedState(
  app: Pick<App, 'catalog' | 'config'>,
  before: AccountWithCredentials,
  { refreshable, expiresAt, refreshExpiresAt, refreshedAt, authorizedScopes }: JournalEntry,
): Partial<AccountRow> {
  const found = app.catalog.current.find(before.app_slug)
  const kind = refreshable ? 'refreshable' : 'static'
  const change = {
    error: null,
    unhealthy_at: null,
    dead_at: null,
    expires_at: expiresAt,
    refresh_expires_at: refreshExpiresAt,
    expiry_warned_at: null,
    ...(authorizedScopes === null ? {} : { authorized_scopes: JSON.stringify(authorizedScopes) }),
    last_refreshed_at: refreshedAt,
    next_refresh_at: refreshable ? nextRefreshAt(expiresAt, refreshedAt, found?.oauth?.lifecycle) : null,
    updated_at: refreshedAt,
  }
  const retest = isTriedOut(kind, found)
    ? retestAt(refreshedAt, app.config.keyCheckHours, Math.random())
    : null
  const after = { ...before, ...change, kind } as const
  // What was warned of, failures or an end that is put off, is over. An end that stays is not warned of twice.
  const warnAt = expiryWarning(after, found)?.at ?? Infinity
  const isWarnedOf = before.expiry_warned_at !== null && warnAt <= before.expiry_warned_at + SAME_END_MS
  const expiry_warned_at = isWarnedOf ? before.expiry_warned_at : null
  const next_check_at = nextCheckAt({ ...after, expiry_warned_at }, found, retest)
  return { ...change, expiry_warned_at, next_check_at }
}
