/** Owns writing down what is owed to whom, in the transaction of the event itself: what happened is told, or it did not happen. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { announce } from '../db/announce.ts'
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { sealConnectToken } from './delivery-seal.ts'
import type { EventRow } from './event-envelope.ts'
import { RETRY_FOR_MS } from './retry-intervals.ts'
import { laneWaitsUntil } from './sending/store.ts'
import { type DeliveryRow, findWebhook, insertDelivery } from './store.ts'

type Recorded = Pick<EventRow, 'id' | 'position' | 'account_id' | 'created_at'>

/** To the project environment's webhook, if it has one that is not disabled. Returns the delivery's id. */
export async function scheduleDelivery(
  tx: Tx,
  env: ProjectEnvironment,
  event: Recorded,
): Promise<string | undefined> {
  const webhook = await findWebhook(tx, env)
  if (!webhook || webhook.disabled_at !== null) return undefined
  const { id, url } = webhook
  return schedule(tx, env, event, { url, webhook_id: id, lane: `${id} ${event.account_id ?? ''}` })
}

/** To the `webhook_uri` of a Connect token, with the token in it (contract 7.1). */
export async function scheduleConnectionWebhook(
  tx: Tx,
  app: Pick<App, 'vault'>,
  env: ProjectEnvironment,
  event: Recorded,
  { url, connectToken }: { url: string; connectToken: string },
): Promise<void> {
  await schedule(tx, env, event, { url, webhook_id: null, lane: digest(connectToken) }, (row) =>
    sealConnectToken(app, row, connectToken),
  )
}

async function schedule(
  tx: Tx,
  env: ProjectEnvironment,
  event: Recorded,
  target: Pick<DeliveryRow, 'url' | 'webhook_id' | 'lane'>,
  seal?: (row: Pick<DeliveryRow, 'id' | 'project_id' | 'environment'>) => string,
): Promise<string> {
  const now = event.created_at
  const row = { id: mintId('dlv'), project_id: env.projectId, environment: env.environment }
  await insertDelivery(tx, {
    ...row,
    ...target,
    event_id: event.id,
    host: new URL(target.url).host,
    sealed: seal?.(row) ?? null,
    position: event.position,
    status: 'pending',
    attempts: 0,
    next_attempt_at: Math.max(now, (await laneWaitsUntil(tx, target.lane)) ?? now),
    lease_until: null,
    last_status: null,
    last_error: null,
    retry_until: now + RETRY_FOR_MS,
    finished_at: null,
    created_at: now,
  })
  announce(tx, 'deliveries')
  return row.id
}
