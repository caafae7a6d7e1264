/** Owns giving an API client the secret that its operator has chosen; nothing happens when it has that secret already. */
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { digest, equalDigests } from '../platform/crypto/secrets.ts'
import { NotFound } from '../platform/errors.ts'
import type { Secret } from '../platform/secret.ts'
import { findApiClient, updateApiClient } from './store.ts'

/** @throws NotFound when the client is not of this workspace */
export async function presetClientSecret(
  app: Pick<App, 'db' | 'clock' | 'accessTokens'>,
  workspaceId: string,
  clientId: string,
  secret: Secret,
  actor: { kind: string; id: string | null },
): Promise<void> {
  const client = await findApiClient(app.db.read, clientId)
  if (client?.workspace_id !== workspaceId) throw new NotFound()
  const secretDigest = digest(secret.reveal())
  if (equalDigests(client.secret_digest, secretDigest)) return
  const now = app.clock.now()
  await app.db.write(async (tx) => {
    const ended = { previous_secret_digest: null, previous_secret_expires_at: null }
    await updateApiClient(tx, workspaceId, clientId, {
      secret_digest: secretDigest,
      ...ended,
      updated_at: now,
    })
    await record(tx, {
      at: now,
      workspaceId,
      projectId: null,
      actor,
      action: 'api_client.rotate',
      target: clientId,
    })
  })
  app.accessTokens.forget(clientId)
}
