/**
 * Owns "revoke everything": every account that a filter chooses loses its credentials here at once, and each grant is ended at its provider.
 * One act is a batch that is written down first, so that what was cut short is gone on with by any process.
 */
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import type { Tx } from '../db/open.ts'
import { advanceBatch, type Batch, unfinishedBatches } from '../revocations/revocation-batch.ts'
import { isAmong } from './account-counters.ts'
import { recordAccountEvent } from './account-events.ts'
import { bindingOf } from './credentials-seal.ts'
import { deleteOne } from './delete-accounts.ts'
import { noRefresh } from './no-refresh.ts'
import { NO_CREDENTIALS, type Retirement, retireCredentials } from './retire-credentials.ts'
import { listAccountsToRevoke, REVOKED, type RevokeFilters } from './revoking/store.ts'
import { type AccountRow, findAccountWithCredentials, updateAccount, updateCredentials } from './store.ts'

export type RevokeCapabilities = Pick<
  App,
  'db' | 'clock' | 'catalog' | 'config' | 'vault' | 'log' | 'revocationsDue'
>

/** Accounts per transaction, so that ten thousand hold nobody up. */
const BATCH = 100

const REASON = `${REVOKED}: The developer has revoked it; the account has to be connected again`

/** The next hundred accounts; returns the batch as it is then, undefined when another process has it in hand or it is done. */
export async function revokeNext(app: RevokeCapabilities, batch: Batch): Promise<Batch | undefined> {
  const env = projectEnvironmentOfRow(batch.workspace_id, batch)
  const filters = JSON.parse(batch.filters) as RevokeFilters
  const retirement = { batchId: batch.id, goesToo: isChosen(env, filters, batch.created_at) }
  const now = app.clock.now()
  const next = await app.db.write(async (tx) => {
    const rows = await listAccountsToRevoke(tx, env, filters, {
      connectedUntil: batch.created_at,
      afterId: batch.last_account_id,
      limit: BATCH,
    })
    const after = await advanceBatch(tx, batch, {
      last_account_id: rows.at(-1)?.id ?? batch.last_account_id,
      accounts: batch.accounts + rows.length,
      finished_at: rows.length < BATCH ? now : null,
    })
    if (!after) return undefined
    const actor = { kind: batch.actor_kind, id: batch.actor_id }
    for (const row of rows) {
      if (batch.accounts_are === 'deleted') await deleteOne(tx, app, env, actor, row, retirement)
      else await destroyCredentials(tx, app, env, actor, row, retirement)
    }
    return after
  })
  app.revocationsDue.now()
  return next
}

const isChosen = (env: ProjectEnvironment, filters: RevokeFilters, connectedUntil: number) => {
  const among = isAmong(env, filters)
  return (account: AccountRow) =>
    among(account) &&
    account.created_at <= connectedUntil &&
    (filters.connectedAfter === undefined || account.created_at >= filters.connectedAfter) &&
    (filters.connectedBefore === undefined || account.created_at < filters.connectedBefore)
}

/** What was begun and not finished, by this process or another. One that cannot go on, for want of a key perhaps, holds up no other. */
export async function continueRevokingAccounts(
  app: RevokeCapabilities,
  isStopping: () => boolean,
): Promise<void> {
  for (const batch of await unfinishedBatches(app)) {
    await continueBatch(app, batch, isStopping).catch((error: unknown) => {
      app.log.error({ err: error, batch: batch.id }, 'revoking many accounts failed; it comes round again')
    })
  }
}

async function continueBatch(
  app: RevokeCapabilities,
  batch: Batch,
  isStopping: () => boolean,
): Promise<void> {
  for (let at: Batch | undefined = batch; at?.finished_at === null && !isStopping();)
    at = await revokeNext(app, at)
}

/** A refresh that is under way comes too late by its generation, and what the provider gave it is revoked as well (commit-refresh.ts). */
async function destroyCredentials(
  tx: Tx,
  app: RevokeCapabilities,
  env: ProjectEnvironment,
  actor: { kind: string; id: string | null },
  row: AccountRow,
  retirement: Retirement,
): Promise<void> {
  const known = await takeOver(tx, app, env, row.id)
  if (!known) return
  await retireCredentials(tx, app, env, known, retirement)
  const now = app.clock.now()
  const change = {
    error: REASON,
    unhealthy_at: known.unhealthy_at ?? now,
    dead_at: known.dead_at ?? now,
    expires_at: null,
    refresh_expires_at: null,
    next_refresh_at: null,
    next_check_at: null,
    updated_at: now,
  }
  await updateAccount(tx, env, known.id, change)
  await record(tx, {
    at: now,
    workspaceId: env.workspaceId,
    projectId: env.projectId,
    actor,
    action: 'account.revoke',
    target: known.id,
  })
  await recordAccountEvent(tx, app, env, 'account.dead', { ...row, ...change }, REASON)
}

/** Replaces the credentials by none, under a key of their own, and returns what was there. */
async function takeOver(tx: Tx, { vault }: Pick<App, 'vault'>, env: ProjectEnvironment, id: string) {
  for (;;) {
    const known = await findAccountWithCredentials(tx, env, id)
    if (!known) return undefined
    const generation = known.generation + 1
    const binding = bindingOf(env, known, generation)
    const dataKey = vault.createDataKey(binding)
    const emptied = await updateCredentials(tx, id, known.generation, {
      ...noRefresh,
      generation,
      kind: 'static',
      data_key: dataKey,
      sealed: vault.sealWith(dataKey, binding, NO_CREDENTIALS),
      previous_sealed: null,
      previous_kept_until: null,
    })
    if (emptied) return known
  }
}
