/** Owns telling how a connection ended: on the streams, and to the `webhook_uri` of its Connect token (contract 7.1). */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { scheduleConnectionWebhook } from '../webhooks/schedule-delivery.ts'
import { type ConnectionEventType, keepEvent, type NewEvent } from './record-event.ts'

/** The Connect token is in the webhook alone, and sealed until it leaves. Null: nobody wants to be told. */
export async function recordConnectionEvent(
  tx: Tx,
  app: Pick<App, 'clock' | 'vault'>,
  env: ProjectEnvironment,
  event: NewEvent<ConnectionEventType>,
  webhook: { url: string; connectToken: string } | null,
): Promise<void> {
  const row = await keepEvent(tx, app, env, event)
  if (webhook) await scheduleConnectionWebhook(tx, app, env, row, webhook)
}
