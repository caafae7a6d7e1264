/** Owns what lies between the provider's answer and the account: questions to the person, the developer's word, then one transaction. */
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import { findAccountOfAnother } from '../accounts/compare-identity.ts'
import { saveAccount } from '../accounts/save-account.ts'
import type { App } from '../app.ts'
import { consumeConnectToken } from '../connect-tokens/consume-connect-token.ts'
import { ensureExternalUser } from '../external-users/ensure-external-user.ts'
import { digest, mintSecret } from '../platform/crypto/secrets.ts'
import type { AttemptPlan } from './attempt-plan.ts'
import { recordConnected } from './connection-events.ts'
import { resultAddress, withParameters } from './addresses.ts'
import { ConnectError } from './connect-errors.ts'
import { PENDING_LIFE_MS, sealPending, type Pending, type Question } from './pending.ts'
import { moveAttempt, type AttemptRow } from './store.ts'

export type SettleCapabilities = Pick<
  App,
  'db' | 'vault' | 'clock' | 'catalog' | 'config' | 'projects' | 'revocationsDue'
>

/**
 * One step: the attempt is `choosing`, `verifying` or `done` after it, by one write that finds it in the status it has now.
 * @throws ConnectError `state_invalid` when another request was faster; AppError of saving
 */
export async function settleAttempt(
  app: SettleCapabilities,
  attempt: AttemptRow,
  plan: AttemptPlan,
  pending: Pending,
): Promise<void> {
  const env = projectEnvironmentOfRow(plan.workspaceId, attempt)
  const question = await nextQuestion(app, env, attempt, pending)
  if (question) return wait(app, attempt, { ...pending, question }, { status: 'choosing' })
  const verifier = (await app.projects.find(attempt.project_id))?.verifier_uri ?? null
  if (verifier === null) {
    await saveConnection(app, attempt, plan, pending)
    return undefined
  }
  const verification = mintSecret('ver_')
  const verifierAddress = withParameters(verifier, {
    verification,
    return_to: resultAddress(app.config, attempt),
  })
  return wait(
    app,
    attempt,
    { ...pending, question: null, verifierAddress },
    { status: 'verifying', verification_digest: digest(verification) },
  )
}

/** What the provider left open comes first: it may be what tells one identity from another to the person's eye. */
async function nextQuestion(
  { db }: Pick<App, 'db'>,
  env: ProjectEnvironment,
  { account_id: accountId }: AttemptRow,
  { choices: [open], uid, name, replaces }: Pending,
): Promise<Question | undefined> {
  if (open) return { kind: 'lookup', ...open }
  if (accountId === null || replaces) return undefined
  const another = await findAccountOfAnother(db.read, env, accountId, uid)
  return another && { kind: 'identity', before: another.name, now: name }
}

async function wait(
  { db, vault, clock }: SettleCapabilities,
  attempt: AttemptRow,
  pending: Pending,
  change: Pick<AttemptRow, 'status'> & Partial<AttemptRow>,
): Promise<void> {
  const waiting = {
    ...change,
    account_id: attempt.account_id,
    pending: sealPending(vault, attempt, pending),
    expires_at: clock.now() + PENDING_LIFE_MS,
  }
  if (!(await db.write((tx) => moveAttempt(tx, attempt.id, attempt.status, waiting))))
    throw new ConnectError('state_invalid')
}

/** All or nothing: the account, the token's consumption and the attempt's end become durable together. Returns the account's id. */
export async function saveConnection(
  app: Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'config'>,
  attempt: AttemptRow,
  plan: AttemptPlan,
  { name, uid, credentials, oauthAppId, consumer }: Pending,
): Promise<string> {
  const env = projectEnvironmentOfRow(plan.workspaceId, attempt)
  const now = app.clock.now()
  return app.db.write(async (tx) => {
    const { id } = await ensureExternalUser(tx, env, plan.externalId, now)
    const accountId = await saveAccount(tx, app, env, {
      accountId: attempt.account_id,
      externalUser: { id, externalId: plan.externalId },
      appSlug: attempt.app_slug,
      oauthAppId,
      name,
      uid,
      credentials,
    })
    const { connect_token_digest: token, created_at: startedAt } = attempt
    await consumeConnectToken(tx, token, consumer, accountId, now, startedAt)
    await recordConnected(tx, app, env, plan.connectToken, accountId)
    const done = { status: 'done', account_id: accountId, pending: null } as const
    if (!(await moveAttempt(tx, attempt.id, attempt.status, done))) throw new ConnectError('state_invalid')
    return accountId
  })
}
