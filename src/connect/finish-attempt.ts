/** Owns the provider's answer: judged, spent once, and turned into an account in one transaction, or into nothing. */
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { findOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { isBrowserOf } from './attempt-cookie.ts'
import { openPlan, type AttemptPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import { failAttempt } from './fail-attempt.ts'
import { placeOf } from './place-of.ts'
import { readCallback, requirePlausibleCode, type CallbackQuery } from './read-callback.ts'
import { redeemCode } from './redeem-code.ts'
import { redeemVerifier } from './redeem-verifier.ts'
import { settleAttempt, type SettleCapabilities } from './settle-attempt.ts'
import { findAttemptByState, moveAttempt, type AttemptRow } from './store.ts'
import { upstreamClientOf } from './upstream-client.ts'

type Needs = SettleCapabilities & Pick<App, 'egress' | 'mintedTokens' | 'log'>

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
  const attempt = await requireBegun(app, request)
  const plan = openPlan(app.vault, attempt)
  // Pressed twice, or reloaded: the first answer counts, and this browser goes where that has led.
  if (attempt.status !== 'started') return placeOf(app, attempt, plan)
  const catalogApp = app.catalog.current.find(attempt.app_slug)
  if (!catalogApp) throw new ConnectError('app_unknown')
  requirePlausibleCode(catalogApp, request.query)
  // From here on the state is spent, whatever comes.
  if (!(await app.db.write((tx) => moveAttempt(tx, attempt.id, 'started', { status: 'finishing' }))))
    return placeOf(app, attempt, plan)

  const finishing: AttemptRow = { ...attempt, status: 'finishing' }
  try {
    if (request.oauthAppId !== attempt.oauth_app_id)
      throw new ConnectError('provider_mismatch', {
        detail: 'the callback came to another OAuth app’s address',
      })
    await connectAccount(app, finishing, plan, catalogApp, request.query)
  } catch (error) {
    await failAttempt(app, finishing, plan, error)
  }
  return placeOf(app, attempt, plan)
}

async function requireBegun(app: Needs, { query, cookieHeader }: CallbackRequest): Promise<AttemptRow> {
  const { state } = query
  const attempt = state ? await findAttemptByState(app.db.read, digest(state)) : undefined
  // Without any state the person came from the provider's marketplace (quirk B3): for whom, nobody knows, so the code is left alone.
  if (!attempt) throw new ConnectError(state === undefined ? 'install_restart' : 'state_invalid')
  if (attempt.expires_at <= app.clock.now()) throw new ConnectError('attempt_expired')
  if (!isBrowserOf(attempt, cookieHeader)) throw new ConnectError('wrong_browser')
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
  const client = plan.ownClient === undefined ? upstreamClientOf(oauthApp) : { client: plan.ownClient }
  const values = { customFields: plan.customFields, ...client }
  const redeemed =
    catalogApp.oauth?.version === 1
      ? await redeemVerifier(app, catalogApp, plan, query, values)
      : await redeemCode(app, catalogApp, plan, readCallback(catalogApp, query, values), values)
  await settleAttempt(app, attempt, plan, {
    ...redeemed,
    oauthAppId: oauthApp?.id ?? null,
    consumer: attempt.id,
    replaces: false,
    question: null,
    verifierAddress: null,
  })
}
