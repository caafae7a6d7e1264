/** Owns the queries of revoking: which accounts are chosen, and which share a grant. */
import type { ProjectEnvironment } from '../../access/project-environment.ts'
import type { Reader, Tx } from '../../db/open.ts'
import type { AccountFilters } from '../account-counters.ts'
import { type Identity, identityDigest } from '../identity-digest.ts'
import type { AccountRow, CredentialsRow } from '../store.ts'

/** Begins the `error` of an account whose credentials were destroyed by "revoke everything". */
export const REVOKED = 'revoked'

export interface RevokeFilters extends AccountFilters {
  /** Milliseconds since the epoch, by the time of the first connection; from this one on. */
  connectedAfter?: number | undefined
  /** Up to, and not at. */
  connectedBefore?: number | undefined
}

const toRevoke = (db: Reader, env: ProjectEnvironment, filters: RevokeFilters) =>
  db
    .selectFrom('accounts')
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .where((eb) => eb.or([eb('error', 'is', null), eb('error', 'not like', `${REVOKED}:%`)]))
    .$if(filters.externalUserId !== undefined, (q) =>
      q.where('external_user_id', '=', filters.externalUserId!),
    )
    .$if(filters.appSlug !== undefined, (q) => q.where('app_slug', '=', filters.appSlug!))
    .$if(filters.oauthAppId !== undefined, (q) => q.where('oauth_app_id', '=', filters.oauthAppId!))
    .$if(filters.connectedAfter !== undefined, (q) => q.where('created_at', '>=', filters.connectedAfter!))
    .$if(filters.connectedBefore !== undefined, (q) => q.where('created_at', '<', filters.connectedBefore!))

/** In order of id: those that have lost their credentials already are not among them. */
export const listAccountsToRevoke = (
  tx: Tx,
  env: ProjectEnvironment,
  filters: RevokeFilters,
  { connectedUntil, afterId, limit }: { connectedUntil: number; afterId: string; limit: number },
): Promise<AccountRow[]> =>
  toRevoke(tx, env, filters)
    .selectAll()
    .where('created_at', '<=', connectedUntil)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute()

/** For a dry run. Counted, because nobody keeps a total of such a choice. */
export async function countAccountsToRevoke(
  db: Reader,
  env: ProjectEnvironment,
  filters: RevokeFilters,
): Promise<{ app_slug: string; kind: CredentialsRow['kind']; accounts: number }[]> {
  const rows = await toRevoke(db, env, filters)
    .innerJoin('credentials', 'credentials.account_id', 'accounts.id')
    .select(({ fn }) => ['app_slug', 'kind', fn.countAll<number | string>().as('accounts')])
    .groupBy(['app_slug', 'kind'])
    .orderBy('app_slug')
    .orderBy('kind')
    .execute()
  return rows.map((row) => ({ ...row, accounts: Number(row.accounts) }))
}

/**
 * By what the accounts on this person's grant are known: those of the OAuth app itself, and of every other one of the project with the same
 * client. At Google a person gives to a client what all its apps ask for, and one revocation ends it all.
 */
export async function digestsOfGrant(
  tx: Tx,
  { projectId }: Pick<ProjectEnvironment, 'projectId'>,
  identity: Identity,
): Promise<string[]> {
  const own = identityDigest(identity)
  if (own === null || identity.oauthAppId === null) return own === null ? [] : [own]
  const twins = await tx
    .selectFrom('oauth_apps as own')
    .innerJoin('oauth_apps as twin', (join) =>
      join.onRef('twin.project_id', '=', 'own.project_id').onRef('twin.client_id', '=', 'own.client_id'),
    )
    .select(['twin.id as oauthAppId', 'twin.app_slug as appSlug'])
    .where('own.project_id', '=', projectId)
    .where('own.id', '=', identity.oauthAppId)
    .execute()
  const others = twins.map((twin) => identityDigest({ ...twin, uid: identity.uid }))
  return [...new Set([own, ...others])].filter((known) => known !== null)
}

/** The living accounts on a grant but for `id`, in both environments of the project. */
export async function listSharingGrant(
  tx: Tx,
  env: ProjectEnvironment,
  id: string,
  digests: readonly string[],
): Promise<AccountRow[]> {
  if (digests.length === 0) return []
  return tx
    .selectFrom('accounts')
    .selectAll()
    .where('identity_digest', 'in', digests)
    .where('project_id', '=', env.projectId)
    .where('id', '!=', id)
    .where('dead_at', 'is', null)
    .execute()
}

/**
 * Until the transaction ends, nobody else takes an account of this person's grant away: of two that go at once, one has to be the last.
 * Writes nothing new.
 */
export async function holdGrant(tx: Tx, env: ProjectEnvironment, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return
  await tx
    .updateTable('accounts')
    .set(({ ref }) => ({ identity_digest: ref('identity_digest') }))
    // In one order, or two of them could wait for each other.
    .where('identity_digest', 'in', digests.toSorted())
    .where('project_id', '=', env.projectId)
    .execute()
}

/** In both environments of the project. */
export const listAccountsOfIdentity = (
  tx: Tx,
  projectId: string,
  identityDigest: string,
): Promise<AccountRow[]> =>
  tx
    .selectFrom('accounts')
    .selectAll()
    .where('identity_digest', '=', identityDigest)
    .where('project_id', '=', projectId)
    .where('dead_at', 'is', null)
    .execute()

/** Whether an account of the app lives of which nobody knows whose it is. Both environments are named so that the index serves. */
export async function isAnyUnidentified(tx: Tx, projectId: string, appSlug: string): Promise<boolean> {
  const account = await tx
    .selectFrom('accounts')
    .select('id')
    .where('project_id', '=', projectId)
    .where('environment', 'in', ['development', 'production'])
    .where('app_slug', '=', appSlug)
    .where('identity_digest', 'is', null)
    .where('dead_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return account !== undefined
}
