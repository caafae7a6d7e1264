/** Owns what a successful refresh makes of an account. */
import type { App } from '../app.ts'
import { isTriedOut, nextCheckAt, retestAt } from './check-time.ts'
import type { JournalEntry } from './journal.ts'
import { nextRefreshAt } from './refresh-margin.ts'
import type { AccountRow, AccountWithCredentials } from './store.ts'

/** The columns to write; `before` is the row that the refresh replaces. */
export function refreshedState(
  app: Pick<App, 'catalog' | 'config'>,
  before: AccountWithCredentials,
  { refreshable, expiresAt, refreshExpiresAt, refreshedAt, authorizedScopes }: JournalEntry,
): Partial<AccountRow> {
  const found = app.catalog.current.find(before.app_slug)
  const kind = refreshable ? 'refreshable' : 'static'
  // What was warned of, an end or failures, is over: the next one is warned of again.
  const isPutOff = (refreshExpiresAt ?? Infinity) > (before.refresh_expires_at ?? 0)
  const change = {
    error: null,
    unhealthy_at: null,
    dead_at: null,
    expires_at: expiresAt,
    refresh_expires_at: refreshExpiresAt,
    expiry_warned_at: isPutOff ? null : before.expiry_warned_at,
    ...(authorizedScopes === null ? {} : { authorized_scopes: JSON.stringify(authorizedScopes) }),
    last_refreshed_at: refreshedAt,
    next_refresh_at: refreshable ? nextRefreshAt(expiresAt, refreshedAt, found?.oauth?.lifecycle) : null,
    updated_at: refreshedAt,
  }
  const retest = isTriedOut(kind, found)
    ? retestAt(refreshedAt, app.config.keyCheckHours, Math.random())
    : null
  return { ...change, next_check_at: nextCheckAt({ ...before, ...change, kind }, found, retest) }
}
