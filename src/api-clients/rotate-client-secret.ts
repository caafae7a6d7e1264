/** Owns replacing an API client's secret. The old one ends at once, or after a stated grace; one old secret lives at most. */
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { digest, mintSecret } from '../platform/crypto/secrets.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import { Secret } from '../platform/secret.ts'
import { findApiClient, updateApiClient } from './store.ts'

export interface Rotation {
  /** How long the old secret still works, in seconds; default 0, at most 7 days. */
  graceSeconds?: number
  /** Also ends every access token issued so far; without it they live on to their hour's end (decisions 3.5). */
  revokeIssuedTokens?: boolean
}

const MAX_GRACE_SECONDS = 7 * 24 * 3600

/** Returns the new secret, which cannot be shown again. */
export async function rotateClientSecret(
  app: Pick<App, 'db' | 'clock' | 'accessTokens'>,
  workspaceId: string,
  clientId: string,
  actor: { kind: string; id: string | null },
  { graceSeconds = 0, revokeIssuedTokens = false }: Rotation = {},
): Promise<Secret> {
  if (!Number.isInteger(graceSeconds) || graceSeconds < 0 || graceSeconds > MAX_GRACE_SECONDS) {
    throw new BadRequest(`The grace period must be 0 to ${MAX_GRACE_SECONDS} whole seconds`)
  }
  const secret = new Secret(mintSecret('hgs_'))
  const now = app.clock.now()
  await app.db.write(async (tx) => {
    const client = await findApiClient(tx, clientId)
    if (client?.workspace_id !== workspaceId) throw new NotFound()
    await updateApiClient(tx, workspaceId, clientId, {
      secret_digest: digest(secret.reveal()),
      previous_secret_digest: graceSeconds > 0 ? client.secret_digest : null,
      previous_secret_expires_at: graceSeconds > 0 ? now + graceSeconds * 1000 : null,
      token_generation: client.token_generation + (revokeIssuedTokens ? 1 : 0),
      updated_at: now,
    })
    await record(tx, {
      at: now,
      workspaceId,
      projectId: null,
      actor,
      action: 'api_client.rotate',
      target: clientId,
      details: { grace_seconds: graceSeconds, tokens_revoked: revokeIssuedTokens ? 1 : 0 },
    })
  })
  app.accessTokens.forget(clientId)
  return secret
}
