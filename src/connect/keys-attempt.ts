/** Owns the attempt that good keys become when they are not an account at once: somebody still has to say something. */
import { findAccountOfAnother } from '../accounts/compare-identity.ts'
import type { App } from '../app.ts'
import { digest, mintSecret } from '../platform/crypto/secrets.ts'
import { sealPlan, type AttemptPlan } from './attempt-plan.ts'
import { credentialsOfKeys, type CheckedKeys } from './connect-with-keys.ts'
import { type ConnectBody, knownMembers } from './contract.ts'
import { PENDING_LIFE_MS, sealPending } from './pending.ts'
import { insertAttempt, type AttemptRow } from './store.ts'

/** Whether the developer's server has the last word, or the keys are another identity's than the account's. */
export async function areKeysUnsettled(
  { db }: Pick<App, 'db'>,
  { connection: { project, env, accountId }, uid }: CheckedKeys,
): Promise<boolean> {
  if (project.verifier_uri !== null) return true
  return accountId !== null && (await findAccountOfAnother(db.read, env, accountId, uid)) !== undefined
}

/** Returns the handle of an attempt that a browser has yet to begin. Only its digest is kept. */
export async function createKeysAttempt(
  app: Pick<App, 'db' | 'vault' | 'clock'>,
  { connection, values, name, uid }: CheckedKeys,
  body: ConnectBody,
  flow: AttemptPlan['flow'],
  consumer: string,
): Promise<string> {
  const { token, env, catalogApp, accountId } = connection
  const { token: connectToken, values: _, ...request } = knownMembers(body)
  const { success_redirect_uri, error_redirect_uri, allow_progressive_scopes } = token.options
  const handle = mintSecret('')
  const now = app.clock.now()
  const row = {
    id: digest(handle),
    project_id: env.projectId,
    environment: env.environment,
    connect_token_digest: token.digest,
    app_slug: catalogApp.name_slug,
    oauth_app_id: catalogApp.id,
    account_id: accountId,
    // Nobody comes back with it.
    state_digest: digest(mintSecret('')),
    browser_digest: null,
    status: 'open',
    error_code: null,
    error: null,
    verification_digest: null,
    expires_at: now + PENDING_LIFE_MS,
    created_at: now,
  } satisfies Omit<AttemptRow, 'sealed' | 'pending'>
  const isHandedOver = request.handedOver !== undefined
  const plan: AttemptPlan = {
    workspaceId: env.workspaceId,
    externalId: token.external_id,
    connectToken,
    flow,
    request,
    authorizeUrl: '',
    codeVerifier: '',
    redirectUri: '',
    scopes: [],
    userScopes: [],
    customFields: {},
    allowProgressiveScopes: allow_progressive_scopes,
    successRedirectUri: isHandedOver ? null : success_redirect_uri,
    errorRedirectUri: isHandedOver ? null : error_redirect_uri,
    language: request.lang ?? null,
  }
  const pending = sealPending(app.vault, row, {
    name,
    uid,
    credentials: credentialsOfKeys(values),
    oauthAppId: null,
    consumer,
    choices: [],
    replaces: false,
    question: null,
    verifierAddress: null,
  })
  await app.db.write((tx) => insertAttempt(tx, { ...row, pending, sealed: sealPlan(app.vault, row, plan) }))
  return handle
}
