/** Owns what follows when an app answered 401 to an account's credentials: one forced refresh, or a trial, never both and never again at once. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { digestHex } from '../platform/crypto/secrets.ts'
import { BadRequest, NotFound, TooManyRequests } from '../platform/errors.ts'
import { checkAccount, type CheckCapabilities } from './check-accounts.ts'
import { type CredentialValues, openCredentialsText } from './credentials-seal.ts'
import { type FreshAccount, type FreshCapabilities, freshCredentials } from './fresh-credentials.ts'
import { renderAccount } from './render-account.ts'
import { isAccountId } from '../platform/crypto/ids.ts'
import {
  type AccountRow,
  type AccountWithCredentials,
  findAccountWithCredentials,
  updateAccount,
  updateCredentials,
} from './store.ts'

type Capabilities = FreshCapabilities & CheckCapabilities

/** A token this young is not bad because it has ended, and the next would be no better; keys do not change their mind sooner either. */
const TOO_YOUNG_MS = 60_000
/** A life that is shorter than this was ended by somebody, and says nothing about the next. */
const SHORTEST_LIFE_MS = 15 * 60_000

/**
 * For whoever used the credentials itself: after 200 the account's credentials can be read again. `accessTokenSha256` (hex) tells a report
 * about today's token from one about yesterday's, which changes nothing. Returns the account's JSON text.
 * @throws NotFound as a read does; BadRequest without the digest for a token that can be refreshed; TooManyRequests when it has just been
 * refreshed or tried out; Unavailable or UpstreamTimedOut as freshCredentials
 */
export async function reportUnauthorized(
  app: Capabilities,
  env: ProjectEnvironment,
  id: string,
  accessTokenSha256: string | undefined,
): Promise<string> {
  const row = isAccountId(id) ? await findAccountWithCredentials(app.db.read, env, id) : undefined
  if (!row) throw new NotFound()
  if (row.kind !== 'refreshable') {
    refuseSoonAgain(app, row.last_checked_at)
    await app.refreshFlights.join(row.id, () => checkAccount(app, env, row))
    const tried = await findAccountWithCredentials(app.db.read, env, id)
    if (!tried) throw new NotFound()
    return renderAccount(app, tried)
  }
  if (accessTokenSha256 === undefined) {
    throw new BadRequest(
      'access_token_sha256 is required: the SHA-256 of the access token that was refused',
      {
        code: 'invalid_parameter',
      },
    )
  }
  const isUsed = (token: string) => digestHex(token) === accessTokenSha256.toLowerCase()
  if (isTooYoung(app, row) && isUsed(accessTokenOf(app, env, row)))
    refuseSoonAgain(app, row.last_refreshed_at)
  const { account } = await refreshIfUsed(app, env, row, isUsed)
  return renderAccount(app, account)
}

/**
 * For a request of our own that met a 401 with `usedAccessToken`: the account as it is after one refresh, shared by all who ask for it.
 * Where its token is still the one used, refreshing was not possible or cannot help, and the 401 is the answer. @throws as freshCredentials
 */
export const refreshAfterUnauthorized = (
  app: FreshCapabilities,
  env: ProjectEnvironment,
  account: AccountWithCredentials,
  usedAccessToken: string,
): Promise<FreshAccount> => refreshIfUsed(app, env, account, (token) => token === usedAccessToken)

async function refreshIfUsed(
  app: FreshCapabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
  isUsed: (token: string) => boolean,
): Promise<FreshAccount> {
  const canHelp = row.kind === 'refreshable' && row.dead_at === null && !isTooYoung(app, row)
  if (canHelp && isUsed(accessTokenOf(app, env, row))) await noteRefused(app, env, row)
  const current = await findAccountWithCredentials(app.db.read, env, row.id)
  if (!current) throw new NotFound()
  return freshCredentials(app, env, current)
}

const accessTokenOf = (
  { vault }: Pick<App, 'vault'>,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
): string =>
  (JSON.parse(openCredentialsText(vault, env, row)) as CredentialValues)['oauth_access_token'] ?? ''

/** It has ended, whatever was known of its end: due at once, for readers and for the loop, and learned from where its life was unknown. */
async function noteRefused(
  app: FreshCapabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
): Promise<void> {
  const now = app.clock.now()
  if (row.expires_at !== null && row.expires_at <= now) return
  const change: Partial<AccountRow> = { expires_at: now, learned_ttl_ms: learnedLife(app, row, now) }
  // A failure's back-off goes on.
  if (row.retry_at === null) change.next_refresh_at = now
  await app.db.write(async (tx) => {
    // Writes nothing new, but holds the row: a refresh that comes in at this moment is waited for, and found by its generation.
    if (await updateCredentials(tx, row.id, row.generation, { generation: row.generation }))
      await updateAccount(tx, env, row.id, change)
  })
}

function learnedLife(app: Pick<App, 'catalog'>, row: AccountWithCredentials, now: number): number | null {
  const { expires_at, learned_ttl_ms: known, last_refreshed_at: start } = row
  const lifecycle = app.catalog.current.find(row.app_slug)?.oauth?.lifecycle
  const isEndless = lifecycle?.never_expires || lifecycle?.never_expires_if_no_expires_in
  if (expires_at !== null || isEndless || start === null || now - start < SHORTEST_LIFE_MS) return known
  return Math.min(now - start, known ?? Infinity)
}

/** Came from a refresh just now, or is younger than its provider wants tokens to be when they are refreshed. */
function isTooYoung(
  { clock, catalog }: Pick<App, 'clock' | 'catalog'>,
  row: AccountWithCredentials,
): boolean {
  const start = row.last_refreshed_at
  if (start === null) return false
  const age = clock.now() - start
  const minAge = (catalog.current.find(row.app_slug)?.oauth?.lifecycle.min_age_s ?? 0) * 1000
  return age < minAge || (start !== row.connected_at && age < TOO_YOUNG_MS)
}

/** @throws TooManyRequests within a minute of `last` */
function refuseSoonAgain({ clock }: Pick<App, 'clock'>, last: number | null): void {
  const wait = last === null ? 0 : last + TOO_YOUNG_MS - clock.now()
  if (wait > 0) throw new TooManyRequests({ 'retry-after': String(Math.ceil(wait / 1000)) })
}
