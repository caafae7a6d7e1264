/** Owns bringing refreshed credentials into the database: gated by the generation they replace, tried until the database takes them. */
import { setTimeout as delay } from 'node:timers/promises'
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { isOutage } from '../db/outage.ts'
import { recordAccountEvent } from './account-events.ts'
import { openCredentialsText } from './credentials-seal.ts'
import type { JournalEntry } from './journal.ts'
import { noRefresh } from './no-refresh.ts'
import { refreshedState } from './refreshed-state.ts'
import { revokeLateAnswer } from './revoke-late-answer.ts'
import {
  type AccountWithCredentials,
  findAccountWithCredentials,
  findAnyAccountWithCredentials,
  updateAccount,
  updateCredentials,
} from './store.ts'

type Capabilities = Pick<
  App,
  'db' | 'log' | 'journal' | 'clock' | 'catalog' | 'config' | 'vault' | 'revocationsDue'
>

/** The old generation is kept this long, in case the new one turns out not to work. */
const KEEP_PREVIOUS_MS = 24 * 3600 * 1000
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000

/** The answer is on disk by now; the database may be down for minutes and still get it. */
export async function commitRefresh(
  app: Capabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
  entry: JournalEntry,
): Promise<void> {
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
    try {
      const isLate = await app.db.write((tx) => writeRefreshed(tx, app, env, row, entry))
      if (isLate) app.revocationsDue.now()
      break
    } catch (error) {
      if (!isOutage(error)) throw error
      app.log.warn(
        { account: entry.accountId },
        'the database does not take refreshed credentials yet; trying again',
      )
      await delay(wait)
    }
  }
  await app.journal.remove(entry).catch((error: unknown) => {
    // The next start finds it too late by its generation, and drops it.
    app.log.warn({ err: error, account: entry.accountId }, 'an entry of the journal could not be removed')
  })
}

/** True when the answer came too late for an account that is gone, and is to be revoked. */
async function writeRefreshed(
  tx: Tx,
  app: Pick<App, 'clock' | 'catalog' | 'config' | 'vault'>,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
  entry: JournalEntry,
): Promise<boolean> {
  const before = await findAccountWithCredentials(tx, env, entry.accountId)
  const written = await updateCredentials(tx, entry.accountId, entry.generation, {
    generation: entry.generation + 1,
    kind: entry.refreshable ? 'refreshable' : 'static',
    sealed: entry.sealed,
    previous_sealed: row.sealed,
    previous_kept_until: app.clock.now() + KEEP_PREVIOUS_MS,
    ...noRefresh,
  })
  if (!before || !written) return revokeLateAnswer(tx, app, env, row, entry)
  const change = refreshedState(app, before, entry)
  await updateAccount(tx, env, before.id, change)
  if (before.unhealthy_at !== null || before.dead_at !== null)
    await recordAccountEvent(tx, app, env, 'account.recovered', { ...before, ...change })
  return false
}

/**
 * At start: what an earlier process had on disk and could not commit. Entries that came too late are dropped by their generation. Returns
 * how many were brought in.
 */
export async function replayJournal(app: Capabilities): Promise<number> {
  let replayed = 0
  for (const entry of await app.journal.pending()) {
    const row = await findAnyAccountWithCredentials(app.db.read, entry.accountId)
    if (row?.generation !== entry.generation) {
      await app.journal.remove(entry)
      continue
    }
    if (await commitEntry(app, projectEnvironmentOfRow(row.workspace_id, row), row, entry)) replayed += 1
  }
  return replayed
}

/**
 * For a refresh that follows one that did not come to its end: the answer of that one, where this machine has it. The provider has
 * replaced what `row` holds, and a second use of it would be taken for theft. False where there is none.
 */
export async function commitFromJournal(
  app: Capabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
): Promise<boolean> {
  const entry = await app.journal.find({ accountId: row.id, generation: row.generation })
  return entry !== undefined && (await commitEntry(app, env, row, entry))
}

/** False for one that does not open: it must not replace credentials that do, and is left where it is. */
async function commitEntry(
  app: Capabilities,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
  entry: JournalEntry,
): Promise<boolean> {
  try {
    openCredentialsText(app.vault, env, { ...row, sealed: entry.sealed, generation: entry.generation + 1 })
  } catch (error) {
    app.log.error({ err: error, account: entry.accountId }, 'an entry of the journal does not open')
    return false
  }
  await commitRefresh(app, env, row, entry)
  return true
}
