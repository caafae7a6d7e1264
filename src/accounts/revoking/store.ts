/** Owns the queries of revoking: which accounts are chosen, and which share a grant. */
import type { ProjectEnvironment } from '../../access/project-environment.ts'
import type { Reader, Tx } from '../../db/open.ts'
import type { AccountFilters } from '../account-counters.ts'
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

/** The living accounts of the same person at the same provider, by the same OAuth app, in both environments of the project. */
export async function listSharingGrant(
  tx: Tx,
  env: ProjectEnvironment,
  { id, identity_digest }: Pick<AccountRow, 'id' | 'identity_digest'>,
): Promise<AccountRow[]> {
  if (identity_digest === null) return []
  return tx
    .selectFrom('accounts')
    .selectAll()
    .where('identity_digest', '=', identity_digest)
    .where('project_id', '=', env.projectId)
    .where('id', '!=', id)
    .where('dead_at', 'is', null)
    .execute()
}

/**
 * Until the transaction ends, nobody else takes an account of this person's grant away: of two that go at once, one has to be the last.
 * Writes nothing new.
 */
export async function holdGrant(
  tx: Tx,
  env: ProjectEnvironment,
  { identity_digest }: Pick<AccountRow, 'identity_digest'>,
): Promise<void> {
  if (identity_digest === null) return
  await tx
    .updateTable('accounts')
    .set({ identity_digest })
    .where('identity_digest', '=', identity_digest)
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
