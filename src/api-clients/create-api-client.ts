/** Owns making an API client. Its secret exists in clear in the answer to this and nowhere else. */
import { parseScopes } from '../access/scopes.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import type { EnvironmentName } from '../db/tables.ts'
import { digest, mintSecret, randomBytesPooled } from '../platform/crypto/secrets.ts'
import { BadRequest } from '../platform/errors.ts'
import { Secret } from '../platform/secret.ts'
import { insertApiClient } from './store.ts'

export interface NewApiClient {
  name: string
  /** Space-separated ceiling; default `*`. */
  scope?: string
  /** Default: every project of the workspace. */
  projectIds?: string[] | null
  environments?: EnvironmentName[] | null
  mayReadCredentials?: boolean
  expiresAt?: number | null
  /** Presets for containers and CI; without them both are made up. */
  id?: string
  secret?: Secret
}

/** Length and alphabet like the original's client ids: clients treat it as opaque. */
const mintClientId = () => randomBytesPooled(24).toString('base64url')

export async function createApiClient(
  app: Pick<App, 'db' | 'clock'>,
  workspaceId: string,
  wanted: NewApiClient,
  actor: { kind: string; id: string | null },
): Promise<{ clientId: string; clientSecret: Secret }> {
  const scopes = parseScopes(wanted.scope ?? '*')
  if (!scopes) throw new BadRequest('scope has an unknown or malformed value', { code: 'invalid_scope' })
  if (wanted.name.trim() === '' || wanted.name.length > 100)
    throw new BadRequest('name must have 1 to 100 characters')
  const now = app.clock.now()
  const clientId = wanted.id ?? mintClientId()
  const clientSecret = wanted.secret ?? new Secret(mintSecret('hgs_'))
  await app.db.write(async (tx) => {
    await insertApiClient(tx, {
      id: clientId,
      workspace_id: workspaceId,
      name: wanted.name,
      secret_digest: digest(clientSecret.reveal()),
      previous_secret_digest: null,
      previous_secret_expires_at: null,
      scopes,
      projectIds: wanted.projectIds ?? null,
      environments: wanted.environments ?? null,
      credentials_denied_at: (wanted.mayReadCredentials ?? true) ? null : now,
      token_generation: 1,
      expires_at: wanted.expiresAt ?? null,
      disabled_at: null,
      last_used_at: null,
      created_at: now,
      updated_at: now,
    })
    await record(tx, {
      at: now,
      workspaceId,
      projectId: null,
      actor,
      action: 'api_client.create',
      target: clientId,
    })
  })
  return { clientId, clientSecret }
}
