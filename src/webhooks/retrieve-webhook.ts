/** Owns showing a project environment's webhook. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { WebhookShape } from './contract.ts'
import { renderWebhook } from './render-webhook.ts'
import { findWebhook } from './store.ts'

/** Null when there is none: that is no error (contract row 40). */
export async function retrieveWebhook(
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
): Promise<{ data: WebhookShape | null }> {
  const row = await findWebhook(app.db.read, env)
  return { data: row ? renderWebhook(row) : null }
}
