/** Owns pointing a project environment's webhook somewhere. Its key is made with it, shown once, and outlives a change of address. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { checkWebhookUri } from '../connect-tokens/check-uris.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { changeDeliveries } from './change-deliveries.ts'
import type { SetWebhookAnswer } from './contract.ts'
import { renderWebhook } from './render-webhook.ts'
import { mintSigningKey, sealSigningKey } from './signing-key.ts'
import { insertWebhook, updateWebhook, type WebhookRow } from './store.ts'

/**
 * Also brings a webhook back that was disabled, and sends what is still owed to the new address.
 * @throws BadRequest when the address is not one that this server calls
 */
export async function setWebhook(
  app: Pick<App, 'db' | 'clock' | 'vault' | 'egress'>,
  env: ProjectEnvironment,
  text: string,
  actor: { kind: string; id: string | null },
): Promise<SetWebhookAnswer> {
  const url = checkWebhookUri(app, 'url', text)
  const { host } = new URL(url)
  const now = app.clock.now()
  const key = mintSigningKey()
  const id = mintId('wh')
  const fresh: WebhookRow = {
    id,
    project_id: env.projectId,
    environment: env.environment,
    url,
    signing_key: sealSigningKey(app, env, id, key),
    previous_signing_key: null,
    previous_signing_key_until: null,
    failing_since: null,
    disabled_at: null,
    created_at: now,
    updated_at: now,
  }
  const change = { url, failing_since: null, disabled_at: null, updated_at: now }
  const audit = { at: now, workspaceId: env.workspaceId, projectId: env.projectId, actor }
  const known = await app.db.write(async (tx) => {
    const isNew = await insertWebhook(tx, fresh)
    const row = isNew ? undefined : await updateWebhook(tx, env, change)
    await record(tx, { ...audit, action: 'webhook.set', target: row?.id ?? id })
    return row
  })
  if (known) {
    await changeDeliveries(app, known.id, 'pending', { url, host, next_attempt_at: now })
    await changeDeliveries(app, known.id, 'parked', { url, host })
  }
  return {
    data: known ? renderWebhook(known) : { ...renderWebhook(fresh), signing_key: key.reveal() },
  }
}
