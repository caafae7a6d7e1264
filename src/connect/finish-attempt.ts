/** Owns the provider's answer: judged, spent once, and turned into an account in one transaction, or into nothing. */
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import { saveAccount } from '../accounts/save-account.ts'
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { consumeConnectToken } from '../connect-tokens/consume-connect-token.ts'
import { ensureExternalUser } from '../external-users/ensure-external-user.ts'
import { findOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { AppError } from '../platform/errors.ts'
import { isBrowserOf } from './attempt-cookie.ts'
import { openPlan, type AttemptPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import { readCallback, requirePlausibleCode, type CallbackQuery } from './read-callback.ts'
import { redeemCode, type RedeemedCode } from './redeem-code.ts'
import { findAttemptByState, moveAttempt, type AttemptRow } from './store.ts'
import { upstreamClientOf } from './upstream-client.ts'

type Needs = Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'egress' | 'log' | 'config'>

export interface CallbackRequest {
  /** The one in the path. */
  oauthAppId: string
  query: CallbackQuery
  cookieHeader: string | undefined
}

/**
 * Returns where the browser goes next; nothing of the provider's answer is in that address.
 * @throws ConnectError when the answer does not belong to this browser's attempt: then there is nowhere to go, and nothing was spent
 */
export async function finishAttempt(app: Needs, request: CallbackRequest): Promise<string> {
  const attempt = await requireStarted(app, request)
  const plan = openPlan(app.vault, attempt)
  const catalogApp = app.catalog.current.find(attempt.app_slug)
  if (!catalogApp) throw new ConnectError('app_unknown')
  requirePlausibleCode(catalogApp, request.query)
  // From here on the state is spent, whatever comes.
  if (!(await app.db.write((tx) => moveAttempt(tx, attempt.id, 'started', { status: 'finishing' }))))
    throw new ConnectError('state_invalid')

  try {
    if (request.oauthAppId !== attempt.oauth_app_id)
      throw new ConnectError('provider_mismatch', {
        detail: 'the callback came to another OAuth app’s address',
      })
    await connectAccount(app, attempt, plan, catalogApp, request.query)
    return (plan.flow === 'link' ? plan.successRedirectUri : null) ?? resultAddress(app, attempt)
  } catch (error) {
    await failAttempt(app, attempt, error)
    return (plan.flow === 'link' ? plan.errorRedirectUri : null) ?? resultAddress(app, attempt)
  }
}

const resultAddress = ({ config }: Needs, { id }: AttemptRow) => `${config.publicUrl}/connect/results/${id}`

async function requireStarted(app: Needs, { query, cookieHeader }: CallbackRequest): Promise<AttemptRow> {
  const { state } = query
  const attempt = state ? await findAttemptByState(app.db.read, digest(state)) : undefined
  if (!attempt) throw new ConnectError('state_invalid')
  if (attempt.expires_at <= app.clock.now()) throw new ConnectError('attempt_expired')
  if (!isBrowserOf(attempt, cookieHeader)) throw new ConnectError('wrong_browser')
  if (attempt.status !== 'started') throw new ConnectError('state_invalid')
  return attempt
}

async function connectAccount(
  app: Needs,
  attempt: AttemptRow,
  plan: AttemptPlan,
  catalogApp: CatalogApp,
  query: CallbackQuery,
): Promise<void> {
  const env = projectEnvironmentOfRow(plan.workspaceId, attempt)
  const oauthApp = await findOAuthApp(app, env, attempt.oauth_app_id)
  if (!oauthApp && attempt.oauth_app_id !== catalogApp.id) throw new ConnectError('oauth_app_unknown')
  const values = { customFields: plan.customFields, ...upstreamClientOf(oauthApp) }
  const callback = readCallback(catalogApp, query, values)
  const redeemed = await redeemCode(app, catalogApp, plan, callback, values)
  await store(app, env, attempt, plan, oauthApp?.id ?? null, redeemed)
}

/** All or nothing: the account, the token's consumption and the attempt's end become durable together. */
async function store(
  app: Needs,
  env: ProjectEnvironment,
  attempt: AttemptRow,
  plan: AttemptPlan,
  oauthAppId: string | null,
  { name, credentials }: RedeemedCode,
): Promise<void> {
  const now = app.clock.now()
  await app.db.write(async (tx) => {
    const { id } = await ensureExternalUser(tx, env, plan.externalId, now)
    const accountId = await saveAccount(tx, app, env, {
      accountId: attempt.account_id,
      externalUser: { id, externalId: plan.externalId },
      appSlug: attempt.app_slug,
      oauthAppId,
      name,
      credentials,
    })
    await consumeConnectToken(
      tx,
      attempt.connect_token_digest,
      attempt.id,
      accountId,
      now,
      attempt.created_at,
    )
    if (!(await moveAttempt(tx, attempt.id, 'finishing', { status: 'done', account_id: accountId })))
      throw new ConnectError('state_invalid')
  })
}

/** Keeps the reason for the page that polls and for the result page. The Connect token stays as it was. @throws what is no refusal */
async function failAttempt(app: Needs, attempt: AttemptRow, error: unknown): Promise<void> {
  const known = asConnectError(error)
  const code = known?.code ?? 'unexpected'
  const change = { status: 'failed', error_code: code, error: known?.message ?? null } as const
  await app.db.write((tx) => moveAttempt(tx, attempt.id, 'finishing', change))
  const facts = { code, attempt: attempt.id, app: attempt.app_slug, project: attempt.project_id }
  if (!known) app.log.error({ ...facts, err: error }, 'connecting failed')
  else app.log.info({ ...facts, detail: known.detail }, 'connecting failed')
}

function asConnectError(error: unknown): ConnectError | undefined {
  if (error instanceof ConnectError) return error
  if (!(error instanceof AppError)) return undefined
  if (error.code === 'token_used') return new ConnectError('token_used', { cause: error })
  if (error.status === 404) return new ConnectError('account_unknown', { cause: error })
  if (error.status === 503) return new ConnectError('unavailable', { cause: error })
  return undefined
}
