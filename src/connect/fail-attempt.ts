/** Owns how an attempt ends without an account: the reason is kept for the pages, what the provider gave is not. */
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import { retireUnused } from '../accounts/retire-unused.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { AppError } from '../platform/errors.ts'
import type { AttemptPlan } from './attempt-plan.ts'
import { ConnectError, explain } from './connect-errors.ts'
import { recordNotConnected } from './connection-events.ts'
import { openPending } from './pending.ts'
import { moveAttempt, type AttemptRow } from './store.ts'

export type FailCapabilities = Pick<App, 'db' | 'log' | 'clock' | 'vault' | 'catalog' | 'revocationsDue'>

/** What the provider gave, and nobody will use, is to end there too. Returns whether a revocation was scheduled. */
export async function discardPending(
  tx: Tx,
  app: FailCapabilities,
  attempt: AttemptRow,
  { workspaceId, externalId }: AttemptPlan,
): Promise<boolean> {
  const pending = openPending(app.vault, attempt)
  if (!pending) return false
  const env = projectEnvironmentOfRow(workspaceId, attempt)
  return retireUnused(tx, app, env, { ...pending, externalId, appSlug: attempt.app_slug })
}

/**
 * Keeps the reason for the page that polls and for the result page. The Connect token stays as it was.
 * @returns false when another request has ended or moved it meanwhile
 */
export async function failAttempt(
  app: FailCapabilities,
  attempt: AttemptRow,
  plan: AttemptPlan,
  error: unknown,
): Promise<boolean> {
  const known = asConnectError(error)
  const code = known?.code ?? 'unexpected'
  const change = {
    status: 'failed',
    error_code: code,
    error: known?.message ?? null,
    pending: null,
  } as const
  let isRevocationDue = false
  const isMoved = await app.db.write(async (tx) => {
    const moved = await moveAttempt(tx, attempt.id, attempt.status, change)
    if (moved) isRevocationDue = await discardPending(tx, app, attempt, plan)
    // Keys that were only tried out: no browser has gone on with them.
    if (!moved || attempt.status === 'open') return moved
    const env = projectEnvironmentOfRow(plan.workspaceId, attempt)
    await recordNotConnected(tx, app, env, plan.connectToken, {
      app: attempt.app_slug,
      accountId: attempt.account_id,
      code,
      text: explain(code).cause,
    })
    return moved
  })
  if (isRevocationDue) app.revocationsDue.now()
  const facts = { code, attempt: attempt.id, app: attempt.app_slug, project: attempt.project_id }
  if (!known) app.log.error({ ...facts, err: error }, 'connecting failed')
  else app.log.info({ ...facts, detail: known.detail }, 'connecting failed')
  return isMoved
}

function asConnectError(error: unknown): ConnectError | undefined {
  if (error instanceof ConnectError) return error
  if (!(error instanceof AppError)) return undefined
  if (error.code === 'token_used') return new ConnectError('token_used', { cause: error })
  if (error.status === 404) return new ConnectError('account_unknown', { cause: error })
  if (error.status === 503) return new ConnectError('unavailable', { cause: error })
  return undefined
}
