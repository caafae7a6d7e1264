/** Owns what becomes of tokens that a refresh brought for an account that was deleted or revoked meanwhile: they are revoked as well. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import type { JournalEntry } from './journal.ts'
import { retireCredentials } from './retire-credentials.ts'
import { REVOKED } from './revoking/store.ts'
import { type AccountWithCredentials, findAccount } from './store.ts'

/**
 * `before`: the account when the refresh began, whose data key still opens the answer. True when a revocation
 * was scheduled: wake `app.revocationsDue` once the transaction has committed.
 */
export async function revokeLateAnswer(
  tx: Tx,
  app: Pick<App, 'vault' | 'clock' | 'catalog'>,
  env: ProjectEnvironment,
  before: AccountWithCredentials,
  { sealed, generation }: Pick<JournalEntry, 'sealed' | 'generation'>,
): Promise<boolean> {
  // Read now: a deletion that this transaction has waited for is seen only by a new statement.
  const now = await findAccount(tx, env, before.id)
  // Anyone else who was faster has put credentials of the same grant there.
  if (now && !now.error?.startsWith(`${REVOKED}:`)) return false
  await retireCredentials(tx, app, env, { ...before, sealed, generation: generation + 1 })
  return true
}
