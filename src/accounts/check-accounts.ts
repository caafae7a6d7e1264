/** Owns looking at accounts that nobody reads: keys and tokens that never refresh are tried out, and ends are warned of and noted. */
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { isoTime } from '../platform/clock.ts'
import { type Loop, startLoop } from '../platform/loop.ts'
import { runTestRequest, type TestResult } from '../upstream/test-request.ts'
import { recordAccountEvent } from './account-events.ts'
import { endOf, isTriedOut, nextCheckAt } from './check-time.ts'
import { clientOfAccount } from './client-of-account.ts'
import { type CredentialValues, openCredentialsText } from './credentials-seal.ts'
import { expiryWarning } from './expiry-warning.ts'
import {
  type AccountWithCredentials,
  claimCheck,
  findAccountWithCredentials,
  listDueChecks,
  updateAccount,
  updateCredentials,
} from './store.ts'
import { trialVerdict } from './trial-verdict.ts'

export type CheckCapabilities = Pick<
  App,
  'db' | 'vault' | 'clock' | 'log' | 'egress' | 'catalog' | 'config' | 'mintedTokens'
>

const AT_ONCE = 8
/** Longer than a check takes; a process that dies over one leaves it to the others then. */
const CLAIM_MS = 10 * 60_000

const EVERY_MS = 5_000
const BATCH = 50

export const startCheckLoop = (app: CheckCapabilities): Loop =>
  startLoop({
    everyMs: EVERY_MS,
    run: async () => void (await checkDueAccounts(app, BATCH)),
    onError: (error) => app.log.error({ err: error }, 'looking at accounts failed; it comes round again'),
  })

/** Returns how many accounts were due; call it again while that is `limit`. */
export async function checkDueAccounts(app: CheckCapabilities, limit: number): Promise<number> {
  const rows = await listDueChecks(app.db.read, app.clock.now(), limit)
  const queue = rows.values()
  const work = async () => {
    for (const row of queue) {
      await checkAccount(app, projectEnvironmentOfRow(row.workspace_id, row), row).catch((error: unknown) => {
        app.log.error({ err: error, account: row.id }, 'an account could not be looked at')
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return rows.length
}

/** Tries the account out now, whatever its turn; nothing happens where another process is at it. */
export async function checkAccount(
  app: CheckCapabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
): Promise<void> {
  if (!(await app.db.write((tx) => claimCheck(tx, row, app.clock.now() + CLAIM_MS)))) return
  const found = app.catalog.current.find(row.app_slug)
  const isTried = row.dead_at === null && isTriedOut(row.kind, found)
  const result = isTried ? await tryOut(app, env, row) : undefined
  const now = app.clock.now()
  const reason = await app.db.write(async (tx) => {
    // Connected again meanwhile: the trial was of credentials that are gone. Writes nothing new, but waits for whoever is about to.
    const { generation } = row
    if (!(await updateCredentials(tx, row.id, generation, { generation }))) return undefined
    const current = await findAccountWithCredentials(tx, env, row.id)
    if (!current) return undefined
    const random = Math.random()
    const verdict = result && trialVerdict(current, { result, now, hours: app.config.keyCheckHours, random })
    const end = result?.ok === true ? undefined : endedState(current, now)
    const judged = { ...current, ...verdict?.account, ...end?.account }
    const warning = end ? undefined : expiryWarning(judged, found)
    const isDue = warning !== undefined && warning.at <= now
    const expiry_warned_at = isDue ? now : judged.expiry_warned_at
    const after = { ...judged, expiry_warned_at }
    const next_check_at = nextCheckAt(after, found, verdict?.nextTrialAt ?? null)
    const change = { ...verdict?.account, ...end?.account, expiry_warned_at, next_check_at }
    await updateAccount(tx, env, row.id, change)
    if (verdict && Object.keys(verdict.credentials).length > 0)
      await updateCredentials(tx, row.id, row.generation, verdict.credentials)
    const event = end?.event ?? verdict?.event
    if (event) await recordAccountEvent(tx, app, env, event, after, after.error ?? undefined)
    if (isDue) await recordAccountEvent(tx, app, env, 'account.expiring', after, warning.reason)
    return isDue ? warning.reason : undefined
  })
  if (reason !== undefined) app.log.warn({ account: row.id, app: row.app_slug }, reason)
}

/**
 * What the provider has said of its token's end, when that has come and nothing can renew it. Not dead: no proof has been given, and some
 * providers are generous.
 */
function endedState(row: AccountWithCredentials, now: number) {
  const end = endOf(row)
  if (end === undefined || end > now) return undefined
  const error = `token_expired: The access token ended on ${isoTime(end)}, and there is no refresh token: have the user connect again with accountId ${row.id}`
  return {
    account: { error, unhealthy_at: now, expiry_warned_at: now, updated_at: now },
    event: 'account.unhealthy' as const,
  }
}

async function tryOut(
  app: CheckCapabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
): Promise<TestResult> {
  const definition = app.catalog.current.find(row.app_slug)!
  const values = JSON.parse(openCredentialsText(app.vault, env, row)) as CredentialValues
  const { oauth_access_token: accessToken } = values
  return runTestRequest(app, definition, {
    customFields: values,
    stored: values,
    ...(await clientOfAccount(app, env, row, definition, values)),
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(row.authorized_scopes === null ? {} : { scopes: JSON.parse(row.authorized_scopes) as string[] }),
  })
}
