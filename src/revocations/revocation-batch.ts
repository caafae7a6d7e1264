/** Owns batches: one act of "revoke everything", written down so that it is finished whatever happens to the process that began it. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { type BatchRow, insertBatch, listUnfinishedBatches, updateBatch } from './store.ts'

export type Batch = BatchRow

export async function openBatch(
  app: Pick<App, 'db' | 'clock'>,
  env: ProjectEnvironment,
  wish: { filters: object; accountsAre: Batch['accounts_are'] },
  actor: { kind: string; id: string | null },
): Promise<Batch> {
  const now = app.clock.now()
  const batch: Batch = {
    id: mintId('rvb'),
    workspace_id: env.workspaceId,
    project_id: env.projectId,
    environment: env.environment,
    filters: JSON.stringify(wish.filters),
    accounts_are: wish.accountsAre,
    actor_kind: actor.kind,
    actor_id: actor.id,
    last_account_id: '',
    accounts: 0,
    finished_at: null,
    created_at: now,
  }
  await app.db.write(async (tx) => {
    await insertBatch(tx, batch)
    await record(tx, {
      at: now,
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'accounts.revoke',
      target: batch.id,
      details: { accounts_are: batch.accounts_are },
    })
  })
  return batch
}

/** For the loop: of all tenants, oldest first. */
export const unfinishedBatches = (app: Pick<App, 'db'>): Promise<Batch[]> =>
  listUnfinishedBatches(app.db.read)

export type BatchStep = Pick<Batch, 'last_account_id' | 'accounts' | 'finished_at'>

/** Takes the step for this transaction, which alone does it; undefined when another process was faster. */
export async function advanceBatch(tx: Tx, batch: Batch, step: BatchStep): Promise<Batch | undefined> {
  return (await updateBatch(tx, batch, step)) ? { ...batch, ...step } : undefined
}
