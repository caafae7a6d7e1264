/** Owns putting credentials into an account: a new one, or again into one that is being reconnected and keeps its id. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { addToCounters } from '../db/counters.ts'
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { NotFound } from '../platform/errors.ts'
import { countersOfAccount } from './account-counters.ts'
import { type AccountEventCapabilities, recordAccountEvent } from './account-events.ts'
import { connectedState } from './connected-state.ts'
import { isOtherIdentity } from './compare-identity.ts'
import { bindingOf, type CredentialValues } from './credentials-seal.ts'
import { noRefresh } from './no-refresh.ts'
import {
  type AccountRow,
  type CredentialsRow,
  findAccountWithCredentials,
  insertAccount,
  updateAccount,
  updateCredentials,
} from './store.ts'

export interface NewCredentials {
  /** `refreshable` when the provider's answer held a refresh token; `static` for a token without one; `keys` for what a user typed. */
  kind: CredentialsRow['kind']
  values: CredentialValues
  /** Milliseconds since the epoch; null: unknown or never. */
  expiresAt: number | null
  /** When the refresh token itself ends, where the provider's answer says so. */
  refreshExpiresAt?: number | null
  authorizedScopes: string[] | null
}

export interface ConnectedAccount {
  /** Reconnect this one: same id, new credentials. */
  accountId?: string | null
  externalUser: { id: string; externalId: string }
  appSlug: string
  oauthAppId: string | null
  name: string | null
  /** The provider's own id for the person, where the credentials do not hold it as `oauth_uid`. */
  uid?: string | null
  credentials: NewCredentials
}

/**
 * Returns the account's id. Store calls only: run it in the transaction that consumes the Connect token.
 * @throws NotFound when `accountId` is unknown, or another user's or app's
 */
export async function saveAccount(
  tx: Tx,
  app: Pick<App, 'vault'> & AccountEventCapabilities,
  env: ProjectEnvironment,
  connected: ConnectedAccount,
): Promise<string> {
  const { credentials, externalUser } = connected
  const now = app.clock.now()
  const id = connected.accountId ?? mintId('apn')
  const state = connectedState(app, connected, id, now)
  const fresh = {
    kind: credentials.kind,
    previous_sealed: null,
    previous_kept_until: null,
    ...noRefresh,
  }
  const actor = { kind: 'external_user', id: externalUser.id }
  const audit = { at: now, workspaceId: env.workspaceId, projectId: env.projectId, actor }

  if (connected.accountId) {
    const known = await replaceCredentials(
      tx,
      app,
      env,
      { ...connected, accountId: connected.accountId },
      fresh,
    )
    // The app stays, its OAuth app may differ: then the totals by OAuth app move.
    await addToCounters(tx, countersOfAccount(env, known), -1)
    await addToCounters(tx, countersOfAccount(env, { ...known, oauth_app_id: connected.oauthAppId }), 1)
    const isAnothers = isOtherIdentity(known, connected.uid ?? credentials.values['oauth_uid'])
    const change = { ...state, name: connected.name ?? (isAnothers ? null : known.name) }
    await updateAccount(tx, env, known.id, change)
    await record(tx, { ...audit, action: 'account.reconnect', target: known.id })
    const reason = isAnothers
      ? 'identity_changed: It is another identity at the provider than before'
      : undefined
    await recordAccountEvent(tx, app, env, 'account.reconnected', { ...known, ...change }, reason)
    return known.id
  }

  const account: AccountRow = {
    id,
    project_id: env.projectId,
    environment: env.environment,
    external_user_id: externalUser.id,
    external_id: externalUser.externalId,
    app_slug: connected.appSlug,
    name: connected.name,
    created_at: now,
    learned_ttl_ms: null,
    ...state,
  }
  const binding = bindingOf(env, account, 1)
  const dataKey = app.vault.createDataKey(binding)
  await insertAccount(tx, account, {
    account_id: account.id,
    generation: 1,
    data_key: dataKey,
    sealed: app.vault.sealWith(dataKey, binding, JSON.stringify(credentials.values)),
    ...fresh,
  })
  await addToCounters(tx, countersOfAccount(env, account), 1)
  await record(tx, { ...audit, action: 'account.connect', target: account.id })
  await recordAccountEvent(tx, app, env, 'account.connected', account)
  return account.id
}

/** Until it is written: a refresh that comes in at this very moment is older than the person's own act, which lies over it. */
async function replaceCredentials(
  tx: Tx,
  { vault }: Pick<App, 'vault'>,
  env: ProjectEnvironment,
  connected: ConnectedAccount & { accountId: string },
  fresh: Partial<CredentialsRow>,
): Promise<AccountRow> {
  const { accountId, externalUser, appSlug, credentials } = connected
  for (;;) {
    const known = await findAccountWithCredentials(tx, env, accountId)
    if (!known || known.external_user_id !== externalUser.id || known.app_slug !== appSlug)
      throw new NotFound()
    const generation = known.generation + 1
    const text = JSON.stringify(credentials.values)
    const sealed = vault.sealWith(known.data_key, bindingOf(env, known, generation), text)
    if (await updateCredentials(tx, accountId, known.generation, { ...fresh, generation, sealed }))
      return known
  }
}
