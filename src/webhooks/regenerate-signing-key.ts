/** Owns replacing a webhook's signing key: the new one is shown once, the old one signs too for a day. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { NotFound } from '../platform/errors.ts'
import type { SigningKeyAnswer } from './contract.ts'
import { renderWebhook } from './render-webhook.ts'
import { mintSigningKey, sealSigningKey, SIGNING_KEY_OVERLAP_MS } from './signing-key.ts'
import { findWebhook, updateWebhook } from './store.ts'

/** @throws NotFound when there is no webhook */
export async function regenerateSigningKey(
  app: Pick<App, 'db' | 'clock' | 'vault'>,
  env: ProjectEnvironment,
  actor: { kind: string; id: string | null },
): Promise<SigningKeyAnswer> {
  const now = app.clock.now()
  const key = mintSigningKey()
  const row = await app.db.write(async (tx) => {
    const known = await findWebhook(tx, env)
    if (!known) throw new NotFound()
    await record(tx, {
      at: now,
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'webhook.regenerate_signing_key',
      target: known.id,
    })
    return updateWebhook(tx, env, {
      signing_key: sealSigningKey(app, env, known.id, key),
      previous_signing_key: known.signing_key,
      previous_signing_key_until: now + SIGNING_KEY_OVERLAP_MS,
      updated_at: now,
    })
  })
  if (!row) throw new NotFound()
  return { data: { ...renderWebhook(row), signing_key: key.reveal() } }
}
