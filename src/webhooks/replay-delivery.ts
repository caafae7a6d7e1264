/** Owns sending a delivery once more: the same event id and body, a new time and signature. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { announce } from '../db/announce.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import type { Delivery } from './contract.ts'
import { renderDeliveries } from './list-deliveries.ts'
import { RETRY_FOR_MS } from './retry-intervals.ts'
import { setLaneWait } from './sending/store.ts'
import { findDelivery, findWebhook, resumeDelivery } from './store.ts'

/**
 * At once, with a new day of retries. One that is pending anyway is tried now, after those that it waits for.
 * @throws NotFound; BadRequest `webhook_missing` or `webhook_disabled`, when there is nowhere to send it
 */
export async function replayDelivery(
  app: Pick<App, 'db' | 'clock'>,
  env: ProjectEnvironment,
  id: string,
  actor: { kind: string; id: string | null },
): Promise<{ data: Delivery }> {
  // What cannot be one of ours never reaches the database, which may refuse it (NUL in PostgreSQL).
  if (!/^dlv_[0-9A-Za-z]{1,60}$/.test(id)) throw new NotFound()
  const now = app.clock.now()
  return app.db.write(async (tx) => {
    const row = await findDelivery(tx, env, id)
    if (!row) throw new NotFound()
    const webhook = row.webhook_id === null ? undefined : await findWebhook(tx, env)
    if (row.webhook_id !== null && webhook?.id !== row.webhook_id)
      throw new BadRequest('The webhook of this delivery is gone', { code: 'webhook_missing' })
    if (webhook && webhook.disabled_at !== null) {
      throw new BadRequest('The webhook is disabled; set it again first', { code: 'webhook_disabled' })
    }
    const change = {
      next_attempt_at: now,
      retry_until: now + RETRY_FOR_MS,
      finished_at: null,
      ...(row.status === 'pending' ? {} : { attempts: 0, lease_until: null }),
    }
    await resumeDelivery(tx, id, change)
    await setLaneWait(tx, row.lane, now)
    await record(tx, {
      at: now,
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'delivery.replay',
      target: id,
    })
    announce(tx, 'deliveries')
    const [data] = await renderDeliveries(tx, [{ ...row, ...change, status: 'pending' }])
    return { data: data! }
  })
}
