/** Owns deleting accounts: one, all of an app, all of an external user. A deletion takes the data key with it, and revokes at the provider. */
import { actorOf, type Caller } from '../access/caller.ts'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { deleteConnectTokensOfUser } from '../connect-tokens/delete-connect-tokens.ts'
import { addToCounters } from '../db/counters.ts'
import type { Tx } from '../db/open.ts'
import { findExternalUserByExternalId } from '../external-users/find-external-user.ts'
import { forgetExternalUser } from '../external-users/forget-external-user.ts'
import { Forbidden, NotFound } from '../platform/errors.ts'
import { type AccountFilters, countersOfAccount, isAmong } from './account-counters.ts'
import { recordAccountEvent } from './account-events.ts'
import { type Retirement, retireCredentials } from './retire-credentials.ts'
import { isAccountId } from '../platform/crypto/ids.ts'
import {
  type AccountRow,
  deleteAccountRow,
  findAccount,
  listAccountsToDelete,
  takeCredentials,
} from './store.ts'

type Capabilities = Pick<App, 'db' | 'clock' | 'catalog' | 'config' | 'vault' | 'revocationsDue'>

/** Rows per transaction, so that a user with thousands of accounts holds nobody up. */
const BATCH = 100

const userOf = (caller: Caller) => (caller.kind === 'connect_token' ? caller.externalUserId : undefined)

/** @throws NotFound for an unknown id, another tenant's and another user's alike */
export async function deleteAccount(
  app: Capabilities,
  env: ProjectEnvironment,
  caller: Caller,
  id: string,
): Promise<void> {
  await app.db.write(async (tx) => {
    const row = isAccountId(id)
      ? await findAccount(tx, env, id, { externalUserId: userOf(caller) })
      : undefined
    if (!row || !(await deleteOne(tx, app, env, actorOf(caller), row))) throw new NotFound()
  })
  app.revocationsDue.now()
}

/** False when somebody else was faster. Wake `app.revocationsDue` once the transaction has committed. */
export async function deleteOne(
  tx: Tx,
  app: Omit<Capabilities, 'db' | 'revocationsDue'>,
  env: ProjectEnvironment,
  actor: { kind: string; id: string | null },
  row: AccountRow,
  retirement: Retirement = {},
): Promise<boolean> {
  const credentials = await takeCredentials(tx, row.id)
  if (!credentials) return false
  // Before the row goes: of two deletions, the second waits here, and not for what the first waits for.
  await retireCredentials(tx, app, env, { ...row, ...credentials }, retirement)
  if (!(await deleteAccountRow(tx, env, row.id))) throw new NotFound()
  await addToCounters(tx, countersOfAccount(env, row), -1)
  await record(tx, {
    at: app.clock.now(),
    workspaceId: env.workspaceId,
    projectId: env.projectId,
    actor,
    action: 'account.delete',
    target: row.id,
  })
  await recordAccountEvent(tx, app, env, 'account.deleted', row)
  return true
}

async function deleteAll(
  app: Capabilities,
  env: ProjectEnvironment,
  caller: Caller,
  filters: AccountFilters,
) {
  const goesToo = isAmong(env, filters)
  for (let more = true; more;) {
    more = await app.db.write(async (tx) => {
      const rows = await listAccountsToDelete(tx, env, filters, BATCH)
      for (const row of rows) await deleteOne(tx, app, env, actorOf(caller), row, { goesToo })
      return rows.length === BATCH
    })
    app.revocationsDue.now()
  }
}

/**
 * `appId` is an app's id or slug, or an OAuth app's id (contract 2.C). A Connect token deletes its own user's accounts only. Nothing to
 * delete is a success. @throws NotFound when there is no such app
 */
export async function deleteAccountsByApp(
  app: Capabilities,
  env: ProjectEnvironment,
  caller: Caller,
  appId: string,
): Promise<void> {
  const externalUserId = userOf(caller)
  if (/^oa_[0-9a-zA-Z]{1,60}$/.test(appId)) {
    await deleteAll(app, env, caller, { externalUserId, oauthAppId: appId })
    return
  }
  const found = app.catalog.current.find(appId)
  if (!found) throw new NotFound()
  await deleteAll(app, env, caller, { externalUserId, appSlug: found.name_slug })
}

/**
 * All of a user's accounts in this project and environment, their Connect tokens and the user itself.
 * @throws NotFound for an unknown user; Forbidden when a Connect token names another user
 */
export async function deleteExternalUser(
  app: Capabilities,
  env: ProjectEnvironment,
  caller: Caller,
  externalId: string,
): Promise<void> {
  if (caller.kind === 'connect_token' && caller.externalId !== externalId) {
    throw new Forbidden('A Connect token acts for its own external user only', {
      code: 'external_user_mismatch',
    })
  }
  const user = await findExternalUserByExternalId(app, env, externalId)
  if (!user) throw new NotFound()
  // Tokens first: nothing new can be connected while the accounts go.
  await app.db.write((tx) => deleteConnectTokensOfUser(tx, env, user.id))
  await deleteAll(app, env, caller, { externalUserId: user.id })
  const goesToo = isAmong(env, { externalUserId: user.id })
  await app.db.write(async (tx) => {
    for (const row of await listAccountsToDelete(tx, env, { externalUserId: user.id }, BATCH)) {
      await deleteOne(tx, app, env, actorOf(caller), row, { goesToo })
    }
    await deleteConnectTokensOfUser(tx, env, user.id)
    await forgetExternalUser(tx, env, user.id)
    await record(tx, {
      at: app.clock.now(),
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor: actorOf(caller),
      action: 'external_user.delete',
      target: user.id,
    })
  })
  app.revocationsDue.now()
}
