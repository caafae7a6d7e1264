/** Owns a webhook's signing keys: minted, sealed at rest, opened to sign. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { randomBytesPooled } from '../platform/crypto/secrets.ts'
import type { Binding } from '../platform/crypto/vault.ts'
import { Secret } from '../platform/secret.ts'
import type { WebhookRow } from './store.ts'

/** For how long after its replacement the old key signs too, so that receivers can change over. */
export const SIGNING_KEY_OVERLAP_MS = 24 * 3_600_000

/**
 * The format of Standard Webhooks: 256 bits in base64 after `whsec_`. `x-pd-signature` takes the whole text for its key, and
 * `webhook-signature` the bytes that it spells (sign-delivery.ts).
 */
export const mintSigningKey = (): Secret => new Secret(`whsec_${randomBytesPooled(32).toString('base64')}`)

type Tenant = Pick<ProjectEnvironment, 'projectId' | 'environment'>

/** The same for both columns: a key that is replaced moves to the other one as it is. */
const bindingOf = (env: Tenant, webhookId: string): Binding => ({
  table: 'webhooks',
  column: 'signing_key',
  row: webhookId,
  project: env.projectId,
  environment: env.environment,
})

export const sealSigningKey = (
  app: Pick<App, 'vault'>,
  env: Tenant,
  webhookId: string,
  key: Secret,
): string => app.vault.seal(bindingOf(env, webhookId), key.reveal())

/** Newest first: those that sign at `now`. @throws SealBroken */
export function openSigningKeys(app: Pick<App, 'vault'>, row: WebhookRow, now: number): Secret[] {
  const env = { projectId: row.project_id, environment: row.environment }
  const isOverlap = row.previous_signing_key_until !== null && now < row.previous_signing_key_until
  return [row.signing_key, isOverlap ? row.previous_signing_key : null]
    .filter((sealed) => sealed !== null)
    .map((sealed) => new Secret(app.vault.open(bindingOf(env, row.id), sealed)))
}
