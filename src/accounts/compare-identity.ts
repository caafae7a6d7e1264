/** Owns whether whoever has just signed in is the one an account was connected as. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader } from '../db/open.ts'
import { identityDigest } from './identity-digest.ts'
import { type AccountRow, findAccount } from './store.ts'

/** Both sides must say who it is: an app without identities tells nobody apart. `uid`: the provider's own id for the person. */
export function isOtherIdentity(
  account: Pick<AccountRow, 'app_slug' | 'oauth_app_id' | 'identity_digest'>,
  uid: string | null | undefined,
): boolean {
  const { app_slug: appSlug, oauth_app_id: oauthAppId, identity_digest: known } = account
  const now = identityDigest({ appSlug, oauthAppId, uid: uid ?? undefined })
  return known !== null && now !== null && now !== known
}

/** The account that is no longer the person's who signed in; undefined where it is, where nobody knows, or where it is gone. */
export async function findAccountOfAnother(
  db: Reader,
  env: ProjectEnvironment,
  accountId: string,
  uid: string | null,
): Promise<{ name: string | null } | undefined> {
  const account = await findAccount(db, env, accountId)
  return account && isOtherIdentity(account, uid) ? { name: account.name } : undefined
}
