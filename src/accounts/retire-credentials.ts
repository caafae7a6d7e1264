/** Owns handing an account's last credentials over to be revoked, in the transaction that takes them from the account. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { SealBroken } from '../platform/crypto/vault.ts'
import { scheduleRevocation } from '../revocations/schedule-revocation.ts'
import { type CredentialValues, openCredentialsText } from './credentials-seal.ts'
import { digestsOfGrant, holdGrant, listSharingGrant } from './revoking/store.ts'
import type { AccountRow, AccountWithCredentials } from './store.ts'

/** What credentials are once they have been destroyed: nothing is left to revoke. */
export const NO_CREDENTIALS = '{}'

export interface Retirement {
  batchId?: string
  /** Whether another account goes in the same act. Only one that stays keeps a grant that they share alive. */
  goesToo?: (other: AccountRow) => boolean
}

/**
 * `row` as it was before; its own may still be there. Wake `app.revocationsDue` once the transaction has committed.
 * @throws KeyNotHeld while this process lacks the key: another may have it, and then nothing is lost
 */
export async function retireCredentials(
  tx: Tx,
  app: Pick<App, 'vault' | 'clock' | 'catalog'>,
  env: ProjectEnvironment,
  row: AccountWithCredentials,
  { batchId, goesToo = () => false }: Retirement = {},
): Promise<void> {
  const credentialsText = readable(app, env, row)
  if (credentialsText === NO_CREDENTIALS) return
  const digests = await digestsOf(tx, env, row, credentialsText)
  await holdGrant(tx, env, digests)
  const others = await listSharingGrant(tx, env, row.id, digests)
  await scheduleRevocation(tx, app, env, {
    account: row,
    kind: row.kind,
    credentialsText,
    shared: others.some((other) => !goesToo(other)),
    batchId: batchId ?? null,
  })
}

/** Where the credentials do not open, who it was is known by the digest alone. */
async function digestsOf(
  tx: Tx,
  env: ProjectEnvironment,
  { app_slug, oauth_app_id, identity_digest: own }: AccountWithCredentials,
  credentialsText: string | undefined,
): Promise<string[]> {
  if (own === null) return []
  const { oauth_uid: uid } = JSON.parse(credentialsText ?? '{}') as CredentialValues
  const identity = { appSlug: app_slug, oauthAppId: oauth_app_id, uid }
  return [...new Set([own, ...(await digestsOfGrant(tx, env, identity))])]
}

/** Broken credentials must not keep an account from being deleted; the receipt says so. */
function readable(app: Pick<App, 'vault'>, env: ProjectEnvironment, row: AccountWithCredentials) {
  try {
    return openCredentialsText(app.vault, env, row)
  } catch (error) {
    if (error instanceof SealBroken) return undefined
    throw error
  }
}
