/**
 * Owns one refresh of one account: reserve, call, seal, journal, commit (security.md D.1). Whoever wins the reservation calls the provider;
 * what is committed is gated by the generation, not by the reservation, so a process that was frozen can still bring its answer home and a
 * late one never overwrites newer credentials.
 */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { mintHex } from '../platform/crypto/secrets.ts'
import { isRefreshable } from '../upstream/is-refreshable.ts'
import { refreshToken } from '../upstream/refresh-token.ts'
import type { TokenSet } from '../upstream/token-answer.ts'
import { misconfigured, TokenRequestFailed } from '../upstream/token-request-failed.ts'
import { unfitField } from '../upstream/unfit-field.ts'
import { clientOf } from '../upstream/upstream-context.ts'
import { recordAccountEvent } from './account-events.ts'
import { nextCheckAt } from './check-time.ts'
import { clientOfAccount } from './client-of-account.ts'
import { commitFromJournal, commitRefresh } from './commit-refresh.ts'
import { bindingOf, type CredentialValues, openCredentialsText } from './credentials-seal.ts'
import type { JournalEntry } from './journal.ts'
import { refreshEndOf } from './refresh-end.ts'
import { afterFailure } from './refresh-failure.ts'
import {
  type AccountWithCredentials,
  extendReservation,
  findAccountWithCredentials,
  reserveRefresh,
  updateAccount,
  updateCredentials,
} from './store.ts'

export type RefreshCapabilities = Pick<
  App,
  | 'db'
  | 'vault'
  | 'clock'
  | 'log'
  | 'egress'
  | 'catalog'
  | 'config'
  | 'processes'
  | 'leases'
  | 'journal'
  | 'outages'
  | 'revocationsDue'
>

/** Longer than a call may take; a holder that is alive but frozen is waited for this long. */
const LEASE_MS = 10 * 60_000
const RENEW_EVERY_MS = 10_000

/**
 * Refreshes `row` unless somebody else holds it. Returns false when another process does: the caller reads again later. Failures of the
 * provider end up in the row, not in an exception; an exception is an outage of ours, and then the provider was not called.
 */
export async function refreshAccount(
  app: RefreshCapabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
): Promise<boolean> {
  const attempt = mintHex(12)
  const tookOver = row.refresh_attempt !== null
  if (tookOver) {
    if (!(await holderIsGone(app, row))) return false
    if (await commitFromJournal(app, env, row)) return true
  }
  const reserved = await app.db.write(async (tx) => {
    const leaseUntil = app.clock.now() + LEASE_MS
    const won = await reserveRefresh(tx, row, { attempt, holder: app.processes.bootId, leaseUntil })
    // Its holder died with the call perhaps under way: what the provider did is unknown.
    if (won && tookOver)
      await updateCredentials(tx, row.id, row.generation, { outcome_unknown_at: app.clock.now() })
    return won
  })
  if (!reserved) return false
  const renewal = setInterval(() => {
    const until = app.clock.now() + LEASE_MS
    app.db.write((tx) => extendReservation(tx, row.id, attempt, until)).catch(() => {}) // The lease outlives the call anyway.
  }, RENEW_EVERY_MS)
  try {
    // Read again under the reservation: the account may have been deleted or reconnected meanwhile.
    const current = await findAccountWithCredentials(app.db.read, env, row.id)
    if (current?.refresh_attempt === attempt) await callAndCommit(app, env, current)
    return true
  } finally {
    clearInterval(renewal)
  }
}

async function holderIsGone(app: RefreshCapabilities, row: AccountWithCredentials): Promise<boolean> {
  const { refresh_attempt: attempt, refresh_holder: holder, refresh_lease_until: until } = row
  // This process has no flight for it, or it would not be here: the reservation is a leftover of its own.
  if (attempt === null || until === null || holder === null || holder === app.processes.bootId) return true
  if (!(await app.processes.isAlive(holder))) return true
  return until <= app.clock.now() && app.leases.isAbandoned(attempt, until)
}

async function callAndCommit(
  app: RefreshCapabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
): Promise<void> {
  let values: CredentialValues
  let tokens: RefreshedTokens
  try {
    values = JSON.parse(openCredentialsText(app.vault, env, row)) as CredentialValues
    tokens = await callProvider(app, env, row, values)
  } catch (error) {
    await storeFailure(app, env, row, error)
    return
  }
  app.outages.succeeded(row.app_slug, row.id)
  const now = app.clock.now()
  const entry: JournalEntry = {
    accountId: row.id,
    generation: row.generation,
    sealed: app.vault.sealWith(
      row.data_key,
      bindingOf(env, row, row.generation + 1),
      JSON.stringify(renewed(values, tokens)),
    ),
    refreshable: tokens.refreshable,
    authorizedScopes: tokens.grantedScopes,
    expiresAt: tokens.expiresAt ?? learnedEnd(row, now),
    refreshExpiresAt: refreshEndOf(app.catalog.current.find(row.app_slug)?.oauth?.lifecycle ?? {}, {
      answered: tokens.refreshExpiresAt,
      now,
      connectedAt: row.connected_at ?? row.created_at,
      ...(tokens.refreshToken === values['oauth_refresh_token']
        ? { before: { end: row.refresh_expires_at, refreshedAt: row.last_refreshed_at } }
        : {}),
    }),
    refreshedAt: now,
  }
  try {
    await app.journal.append(entry)
  } catch (error) {
    // A full disk here need not be one at the database, and the answer cannot be had again.
    app.log.error({ err: error, account: row.id }, 'the journal does not take refreshed credentials')
  }
  await commitRefresh(app, env, row, entry)
}

const learnedEnd = ({ learned_ttl_ms: life }: AccountWithCredentials, now: number) =>
  life === null ? null : now + life

/** What the provider sent lies over what the account had; a value the answer lacks stays. */
function renewed(values: CredentialValues, tokens: TokenSet): CredentialValues {
  return {
    ...values,
    ...tokens.stored,
    oauth_access_token: tokens.accessToken,
    ...(tokens.refreshToken === undefined ? {} : { oauth_refresh_token: tokens.refreshToken }),
  }
}

type RefreshedTokens = TokenSet & { refreshable: boolean }

async function callProvider(
  app: RefreshCapabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
  values: CredentialValues,
): Promise<RefreshedTokens> {
  const definition = app.catalog.current.find(row.app_slug)
  if (!definition) throw misconfigured('unknown_app', `The catalogue no longer has the app ${row.app_slug}`)
  const client = await clientOfAccount(app, env, row, definition, values)
  if (!clientOf(definition, { customFields: values, ...client }))
    throw misconfigured('oauth_app_missing', 'The OAuth app of this account no longer exists')
  const { oauth_access_token: accessToken, oauth_refresh_token: current } = values
  const tokens = await refreshToken(app, definition, {
    customFields: values,
    stored: values,
    ...client,
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(current === undefined ? {} : { refreshToken: current }),
    ...(row.authorized_scopes === null ? {} : { scopes: JSON.parse(row.authorized_scopes) as string[] }),
  })
  // An address that is none of the app's does not take the place of the one that works.
  const stored = Object.fromEntries(
    Object.entries(tokens.stored).filter(
      ([name, text]) => unfitField(definition, { [name]: text }) === undefined,
    ),
  )
  return { ...tokens, stored, refreshable: isRefreshable(definition, tokens) }
}

/** The reservation ends with the failure's verdict; credentials stay as they were. */
async function storeFailure(
  app: RefreshCapabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
  error: unknown,
): Promise<void> {
  const failed = error instanceof TokenRequestFailed ? error : undefined
  if (!failed) app.log.error({ err: error, account: row.id }, 'a refresh failed for a reason of our own')
  const failure = {
    kind: failed?.kind ?? ('transient' as const),
    message: failed ? `${failed.code}: ${failed.message}` : 'internal: the refresh could not be carried out',
    retryAfterSeconds: failed?.retryAfterSeconds,
  }
  if (failed) app.outages.failed(row.app_slug, row.id, failed.kind)
  const suspicious = app.outages.refusesEverybody(row.app_slug)
  const change = afterFailure(row, failure, app.clock.now(), Math.random(), suspicious)
  const after = { ...row, ...change.account }
  const next_check_at = nextCheckAt(after, app.catalog.current.find(row.app_slug), null)
  const attempt = row.refresh_attempt ?? ''
  await app.db.write(async (tx) => {
    // A newer generation means we lost a race, not the grant; another reservation, that the verdict is for its holder to find.
    if (await updateCredentials(tx, row.id, row.generation, change.credentials, attempt)) {
      await updateAccount(tx, env, row.id, { ...change.account, next_check_at })
      if (change.event) await recordAccountEvent(tx, app, env, change.event, after, failure.message)
    }
  })
}
