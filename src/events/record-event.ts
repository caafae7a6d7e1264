/** Owns the one verb of events: something happened, recorded in the transaction that made it happen. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { nextPosition } from './position.ts'
import { insertEvent } from './store.ts'

export type AccountEventType =
  | 'account.connected'
  | 'account.reconnected'
  | 'account.unhealthy'
  | 'account.recovered'
  | 'account.expiring'
  | 'account.dead'
  | 'account.deleted'
type ConnectionEventType = 'connection.success' | 'connection.error'
export type EventType = AccountEventType | ConnectionEventType

export interface NewEvent {
  type: EventType
  accountId: string | null
  /** Goes out to developers as it is: no credential, no secret of ours. */
  data: Readonly<Record<string, unknown>>
}

/** Returns the event's id, which stays the same however often it is sent. */
export async function recordEvent(
  tx: Tx,
  app: Pick<App, 'clock'>,
  env: ProjectEnvironment,
  { type, accountId, data }: NewEvent,
): Promise<string> {
  const now = app.clock.now()
  const id = mintId('evt')
  await insertEvent(tx, {
    id,
    position: nextPosition(now),
    workspace_id: env.workspaceId,
    project_id: env.projectId,
    environment: env.environment,
    type,
    account_id: accountId,
    data: JSON.stringify(data),
    created_at: now,
  })
  return id
}
