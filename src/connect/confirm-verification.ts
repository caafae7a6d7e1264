/** Owns the developer's word on whose account it is: only after it, and only if it is the right user, there is one (docs/decisions/0012). */
import { actorOf, type Caller } from '../access/caller.ts'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { retrieveAccount } from '../accounts/retrieve-account.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { AppError, NotFound } from '../platform/errors.ts'
import { resultAddress } from './addresses.ts'
import { openPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import type { ConfirmedAnswer } from './confirm-contract.ts'
import { failAttempt } from './fail-attempt.ts'
import { openPending } from './pending.ts'
import { saveConnection } from './settle-attempt.ts'
import { findAttemptByVerification, type AttemptRow } from './store.ts'

export interface Confirmation {
  verification: string
  external_user_id: string
}

/**
 * The same confirmation again gets the same account.
 * @throws NotFound for a code that is unknown, another tenant's, too old or spent otherwise; ConnectError `verification_refused`, and then
 *   what the provider gave is gone
 */
export async function confirmVerification(
  app: App,
  env: ProjectEnvironment,
  caller: Caller,
  { verification, external_user_id: externalId }: Confirmation,
): Promise<ConfirmedAnswer> {
  const attempt = await findAttemptByVerification(app.db.read, env, digest(verification))
  if (!attempt) throw new NotFound()
  const plan = openPlan(app.vault, attempt)
  if (attempt.status === 'done' && attempt.account_id !== null && plan.externalId === externalId)
    return confirmed(app, env, caller, attempt, attempt.account_id)
  const pending = openPending(app.vault, attempt)
  if (attempt.status !== 'verifying' || !pending || attempt.expires_at <= app.clock.now())
    throw new NotFound()
  if (plan.externalId !== externalId) {
    const refusal = new ConnectError('verification_refused')
    await failAttempt(app, attempt, plan, refusal)
    await recordRefusal(app, env, caller, attempt)
    throw refusal
  }
  try {
    return await confirmed(app, env, caller, attempt, await saveConnection(app, attempt, plan, pending))
  } catch (error) {
    // The same confirmation at the same moment may have been faster.
    const done = await findAttemptByVerification(app.db.read, env, digest(verification))
    if (done?.status === 'done' && done.account_id !== null)
      return confirmed(app, env, caller, done, done.account_id)
    // What will not change by itself ends the attempt; an outage leaves it to be confirmed again.
    if (error instanceof AppError && error.status < 500) await failAttempt(app, attempt, plan, error)
    throw error
  }
}

async function confirmed(
  app: App,
  env: ProjectEnvironment,
  caller: Caller,
  attempt: AttemptRow,
  accountId: string,
): Promise<ConfirmedAnswer> {
  const account = JSON.parse(await retrieveAccount(app, env, caller, accountId, false)) as never
  return { account, return_to: resultAddress(app.config, attempt) }
}

const recordRefusal = (
  { db, clock }: Pick<App, 'db' | 'clock'>,
  { workspaceId, projectId }: ProjectEnvironment,
  caller: Caller,
  attempt: AttemptRow,
): Promise<void> =>
  db.write((tx) =>
    record(tx, {
      at: clock.now(),
      workspaceId,
      projectId,
      actor: actorOf(caller),
      action: 'verification.refuse',
      target: attempt.app_slug,
      result: 'refused',
    }),
  )
