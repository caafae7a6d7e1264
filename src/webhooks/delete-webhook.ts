/** Owns ending a project environment's webhook: nothing that is still owed leaves any more. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { deleteWebhookRow, endPendingDeliveries } from './store.ts'

/** Nothing to delete is a success. */
export async function deleteWebhook(
  app: Pick<App, 'db' | 'clock'>,
  env: ProjectEnvironment,
  actor: { kind: string; id: string | null },
): Promise<void> {
  const now = app.clock.now()
  await app.db.write(async (tx) => {
    const row = await deleteWebhookRow(tx, env)
    if (!row) return
    await endPendingDeliveries(tx, row.id, {
      status: 'cancelled',
      finished_at: now,
      last_error: 'The webhook was deleted',
    })
    await record(tx, {
      at: now,
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'webhook.delete',
      target: row.id,
    })
  })
}
