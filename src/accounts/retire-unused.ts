/** Owns ending what a provider gave for an account that was never made: asked for, and then not wanted or not allowed. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { scheduleRevocation } from '../revocations/schedule-revocation.ts'
import { digestsOfGrant, isAnyUnidentified, listAccountsOfIdentity } from './revoking/store.ts'
import type { NewCredentials } from './save-account.ts'

export interface Unused {
  externalId: string
  appSlug: string
  oauthAppId: string | null
  /** The provider's own id for the person. */
  uid: string | null
  credentials: NewCredentials
}

/**
 * Many providers end all of a person's tokens with one: so nothing is revoked unless it is known that nobody else lives on them.
 * @returns whether a revocation was scheduled; wake `app.revocationsDue` once the transaction has committed
 */
export async function retireUnused(
  tx: Tx,
  app: Pick<App, 'vault' | 'clock' | 'catalog'>,
  env: ProjectEnvironment,
  { externalId, appSlug, oauthAppId, uid, credentials }: Unused,
): Promise<boolean> {
  const digests = await digestsOfGrant(tx, env, { appSlug, oauthAppId, uid: uid ?? undefined })
  if (credentials.kind === 'keys' || digests.length === 0) return false
  for (const digest of digests)
    if ((await listAccountsOfIdentity(tx, env.projectId, digest)).length > 0) return false
  if (await isAnyUnidentified(tx, env.projectId, appSlug)) return false
  await scheduleRevocation(tx, app, env, {
    // The receipt is for an account that there never was.
    account: { id: mintId('apn'), external_id: externalId, app_slug: appSlug, oauth_app_id: oauthAppId },
    kind: credentials.kind,
    credentialsText: JSON.stringify(credentials.values),
    shared: false,
  })
  return true
}
