/** Owns trying a webhook out: an event that means nothing, sent like every other. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import { retrieveWebhook } from '../webhooks/retrieve-webhook.ts'
import type { TestEventAnswer } from './contract.ts'
import { recordEvent } from './record-event.ts'

/** @throws NotFound without a webhook; BadRequest `webhook_disabled` */
export async function sendTestEvent(
  app: Pick<App, 'db' | 'clock'>,
  env: ProjectEnvironment,
): Promise<TestEventAnswer> {
  const { data: webhook } = await retrieveWebhook(app, env)
  if (!webhook) throw new NotFound()
  if (webhook.disabled_at !== null)
    throw new BadRequest('The webhook is disabled; set it again first', { code: 'webhook_disabled' })
  const data = { message: 'A test of this webhook; nothing happened.' }
  const id = await app.db.write((tx) =>
    recordEvent(tx, app, env, { type: 'webhook.test', accountId: null, data }),
  )
  return { data: { event_id: id } }
}
