/** Owns the one door to usable credentials: fresh ones at once, stale ones refreshed first, once, however many callers ask. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { NotFound, Unavailable, UpstreamTimedOut } from '../platform/errors.ts'
import { openCredentialsText } from './credentials-seal.ts'
import { withSignerUri } from './oauth1-signer.ts'
import { refreshAccount, type RefreshCapabilities } from './refresh-account.ts'
import { type AccountWithCredentials, findAccountWithCredentials } from './store.ts'

export type FreshCapabilities = RefreshCapabilities & Pick<App, 'refreshFlights'>

export interface FreshAccount {
  account: AccountWithCredentials
  /** JSON text as the wire carries it; undefined when no working credentials are left (the account says why). */
  credentialsText: string | undefined
}

/** How long one caller waits; the refresh itself goes on without them. */
const CALLER_PATIENCE_MS = 30_000
const LOOK_AGAIN_MS = 100

/**
 * @throws NotFound when the account is unknown or was deleted meanwhile
 * @throws Unavailable with `Retry-After` while the provider is out and the token has expired
 * @throws UpstreamTimedOut when the provider took longer than a caller waits
 */
export async function freshCredentials(
  app: FreshCapabilities,
  env: ProjectEnvironment,
  account: AccountWithCredentials,
): Promise<FreshAccount> {
  const now = app.clock.now()
  const isHeld = app.outages.isOut(account.app_slug) && !isExpired(account, now)
  if (isHeld || !needsRefresh(account, now)) return withCredentials(app, env, account)
  const refreshed = await refreshed30s(app, env, account)
  if (!refreshed) throw new NotFound()
  return withCredentials(app, env, refreshed)
}

const isExpired = (account: AccountWithCredentials, now: number) =>
  account.expires_at !== null && account.expires_at <= now

/** Due, and not waiting for a retry. A dead account never is. */
function needsRefresh(account: AccountWithCredentials, now: number): boolean {
  if (account.kind !== 'refreshable' || account.dead_at !== null) return false
  if (account.retry_at !== null) return account.retry_at <= now
  return account.next_refresh_at !== null && account.next_refresh_at <= now
}

async function refreshed30s(
  app: FreshCapabilities,
  env: ProjectEnvironment,
  account: AccountWithCredentials,
): Promise<AccountWithCredentials | undefined> {
  const stop = new AbortController()
  const patience = delay(CALLER_PATIENCE_MS, 'too slow' as const, { signal: stop.signal }).catch(
    () => undefined,
  )
  const work = refreshOrWait(app, env, account, stop.signal)
  // Nobody listens to it after the patience has run out; what it meets is in the row.
  work.catch(() => {})
  try {
    const first = await Promise.race([work, patience])
    if (first !== 'too slow') return first
    if (!isExpired(account, app.clock.now())) return account
    throw new UpstreamTimedOut('The provider has not answered the refresh yet', { code: 'refresh_timeout' })
  } finally {
    stop.abort()
  }
}

/** Joins the refresh of this process, or the one wait for that of another, until the account is in a state to answer from. */
async function refreshOrWait(
  app: FreshCapabilities,
  env: ProjectEnvironment,
  account: AccountWithCredentials,
  signal: AbortSignal,
): Promise<AccountWithCredentials | undefined> {
  for (let seen = account; ;) {
    await app.refreshFlights.join(account.id, () => refreshOrWatch(app, env, seen))
    const row = await findAccountWithCredentials(app.db.read, env, account.id)
    // Refreshed and due again at once is what the provider wants (a token that lives for seconds): take it.
    if (!row || row.generation !== account.generation || isUsable(row, app.clock.now())) return row
    await delay(LOOK_AGAIN_MS, undefined, { signal })
    seen = row
  }
}

/** Where another process holds the refresh, looks again until that one is done: once for all who wait here. */
async function refreshOrWatch(
  app: FreshCapabilities,
  env: ProjectEnvironment,
  account: AccountWithCredentials,
): Promise<void> {
  const until = performance.now() + CALLER_PATIENCE_MS
  for (let seen = account; !(await refreshAccount(app, env, seen)) && performance.now() < until;) {
    await delay(LOOK_AGAIN_MS)
    const row = await findAccountWithCredentials(app.db.read, env, account.id)
    if (!row || isUsable(row, app.clock.now())) return
    seen = row
  }
}

/** Nothing to wait for: not due, or still valid while another process refreshes it. */
const isUsable = (account: AccountWithCredentials, now: number) =>
  !needsRefresh(account, now) || !isExpired(account, now)

function withCredentials(
  app: FreshCapabilities,
  env: ProjectEnvironment,
  account: AccountWithCredentials,
): FreshAccount {
  const now = app.clock.now()
  if (account.kind === 'refreshable' && isExpired(account, now)) {
    const isRefused = account.failure_kind === 'permanent' || account.failure_kind === 'configuration'
    if (isRefused || account.dead_at !== null) return { account, credentialsText: undefined }
    if (account.retry_at !== null) {
      throw new Unavailable(
        'The provider cannot refresh this account at the moment',
        (account.retry_at - now) / 1000,
        {
          code: 'provider_unavailable',
          detail: account.error,
        },
      )
    }
  }
  if (account.dead_at !== null) return { account, credentialsText: undefined }
  const text = openCredentialsText(app.vault, env, account)
  return { account, credentialsText: withSignerUri(app, account, text) }
}
