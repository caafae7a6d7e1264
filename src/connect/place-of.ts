/** Owns where the browser of an attempt belongs after a step, as the database has it. */
import type { App } from '../app.ts'
import { nextAddress } from './addresses.ts'
import type { AttemptPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import { openPending } from './pending.ts'
import { findAttempt, type AttemptRow } from './store.ts'

/** @throws ConnectError `attempt_unknown` */
export async function placeOf(
  app: Pick<App, 'db' | 'vault' | 'config'>,
  { id }: Pick<AttemptRow, 'id'>,
  plan: AttemptPlan,
): Promise<string> {
  const attempt = await findAttempt(app.db.read, id)
  if (!attempt) throw new ConnectError('attempt_unknown')
  return nextAddress(app.config, attempt, plan, openPending(app.vault, attempt))
}
