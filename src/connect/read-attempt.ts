/** Owns telling the page how its attempt stands: the only channel between popup and frame (decisions 0008). */
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { explain, isConnectErrorCode } from './connect-errors.ts'
import type { AttemptAnswer } from './contract.ts'
import { ConnectError } from './connect-errors.ts'
import { findAccountName, findAttempt } from './store.ts'

/** @throws ConnectError `attempt_unknown` */
export async function readAttempt(app: Pick<App, 'db' | 'clock'>, handle: string): Promise<AttemptAnswer> {
  const attempt = await findAttempt(app.db.read, digest(handle))
  if (!attempt) throw new ConnectError('attempt_unknown')
  if (attempt.status === 'done') return done(app, attempt.account_id)
  if (attempt.status === 'failed') return failed(attempt.error_code)
  if (attempt.expires_at <= app.clock.now()) return failed('attempt_expired')
  return { status: attempt.status === 'open' ? 'open' : 'started' }
}

async function done({ db }: Pick<App, 'db'>, accountId: string | null): Promise<AttemptAnswer> {
  const name = await findAccountName(db.read, accountId)
  return { status: 'done', account_id: accountId ?? '', ...(name === null ? {} : { account_name: name }) }
}

function failed(code: string | null): AttemptAnswer {
  const known = isConnectErrorCode(code) ? code : 'unexpected'
  const { title, cause, nextStep } = explain(known)
  return { status: 'failed', error_code: known, error: `${title}: ${cause}`, next_step: nextStep }
}
