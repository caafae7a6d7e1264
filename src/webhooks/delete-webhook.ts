/** Owns ending a project environment's webhook: nothing that is still owed leaves any more. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { changeDeliveries } from './change-deliveries.ts'
import { deleteWebhookRow } from './store.ts'

/** Nothing to delete is a success. */
export async function deleteWebhook(
  app: Pick<App, 'db' | 'clock'>,
  env: ProjectEnvironment,
  actor: { kind: string; id: string | null },
): Promise<void> {
  const now = app.clock.now()
  const deleted = await app.db.write(async (tx) => {
    const row = await deleteWebhookRow(tx, env)
    if (!row) return undefined
    await record(tx, {
      at: now,
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'webhook.delete',
      target: row.id,
    })
    return row
  })
  if (!deleted) return
  const over = { next_attempt_at: null, lease_until: null, finished_at: now }
  const change = { ...over, status: 'cancelled', last_error: 'The webhook was deleted' } as const
  await changeDeliveries(app, deleted.id, 'pending', change)
}
