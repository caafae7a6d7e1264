/** Owns what a connection, new or renewed, makes of an account: its credentials are good, and how long they will be is known. */
import type { App } from '../app.ts'
import { isTriedOut, nextCheckAt, retestAt } from './check-time.ts'
import { identityDigest } from './identity-digest.ts'
import { refreshEndOf } from './refresh-end.ts'
import { nextRefreshAt } from './refresh-margin.ts'
import type { ConnectedAccount } from './save-account.ts'
import type { AccountRow } from './store.ts'

/** The columns that connecting and connecting again write alike; `id` is the account's. */
export function connectedState(
  app: Pick<App, 'catalog' | 'config'>,
  { appSlug, oauthAppId, uid, credentials }: ConnectedAccount,
  id: string,
  now: number,
) {
  const { kind, expiresAt, refreshExpiresAt = null, values } = credentials
  const found = app.catalog.current.find(appSlug)
  const rules = found?.oauth?.lifecycle ?? {}
  const isRefreshable = kind === 'refreshable'
  const state = {
    authorized_scopes: credentials.authorizedScopes && JSON.stringify(credentials.authorizedScopes),
    oauth_app_id: oauthAppId,
    error: null,
    unhealthy_at: null,
    dead_at: null,
    expires_at: expiresAt,
    last_refreshed_at: kind === 'keys' ? null : now,
    next_refresh_at: isRefreshable ? nextRefreshAt(expiresAt, now, rules) : null,
    updated_at: now,
    connected_at: now,
    identity_digest: identityDigest({ appSlug, oauthAppId, uid: uid ?? values['oauth_uid'] }),
    refresh_expires_at: isRefreshable
      ? refreshEndOf(rules, { answered: refreshExpiresAt, now, connectedAt: now })
      : null,
    expiry_warned_at: null,
    last_checked_at: null,
  }
  const retest = isTriedOut(kind, found) ? retestAt(now, app.config.keyCheckHours, Math.random()) : null
  const next_check_at = nextCheckAt({ ...state, id, kind, created_at: now }, found, retest)
  return { ...state, next_check_at } satisfies Partial<AccountRow>
}
