/** Owns the one verb of events: something happened, recorded in the transaction that made it happen, together with the delivery it is owed. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { announce } from '../db/announce.ts'
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import type { EventRow } from '../webhooks/event-envelope.ts'
import { scheduleDelivery } from '../webhooks/schedule-delivery.ts'
import { nextPosition } from './position.ts'
import { insertEvent, lastPosition } from './store.ts'

export type AccountEventType =
  | 'account.connected'
  | 'account.reconnected'
  | 'account.unhealthy'
  | 'account.recovered'
  | 'account.expiring'
  | 'account.dead'
  | 'account.deleted'
export type ConnectionEventType = 'connection.success' | 'connection.error'

export interface NewEvent<Type extends string = AccountEventType | 'webhook.test'> {
  type: Type
  accountId: string | null
  /** Goes out to developers as it is: no credential, no secret of ours. */
  data: Readonly<Record<string, unknown>>
}

/** Returns the event's id, which stays the same however often it is sent. */
export async function recordEvent(
  tx: Tx,
  app: Pick<App, 'clock'>,
  env: ProjectEnvironment,
  event: NewEvent,
): Promise<string> {
  const row = await keepEvent(tx, app, env, event)
  await scheduleDelivery(tx, env, row)
  return row.id
}

/** For this room: the event alone, seen by streams and owed to nobody. */
export async function keepEvent(
  tx: Tx,
  app: Pick<App, 'clock'>,
  env: ProjectEnvironment,
  { type, accountId, data }: NewEvent<AccountEventType | ConnectionEventType | 'webhook.test'>,
): Promise<EventRow> {
  const now = app.clock.now()
  const row = {
    id: mintId('evt'),
    // Above all that is committed: what happens to an account after something else comes after it, though another process's clock be slow.
    position: Math.max(nextPosition(now), (await lastPosition(tx)) + 1),
    workspace_id: env.workspaceId,
    project_id: env.projectId,
    environment: env.environment,
    type,
    account_id: accountId,
    data: JSON.stringify(data),
    created_at: now,
  }
  await insertEvent(tx, row)
  for (const id of [env.projectId, env.workspaceId]) announce(tx, `events of ${id}`)
  return row
}
