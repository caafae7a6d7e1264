/** Owns every query on accounts and their credentials. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { compileOnce } from '../db/compile-once.ts'
import type { Reader, Tx } from '../db/open.ts'
import { type Page, type PageRequest, readPage } from '../db/pages.ts'
import type { Tables } from '../db/tables.ts'
import type { AccountFilters } from './account-counters.ts'

export type AccountRow = Tables['accounts']
export type CredentialsRow = Tables['credentials']
export type AccountWithCredentials = AccountRow & CredentialsRow

/** Restricts a caller that is one external user to that user's rows. */
export interface Narrowing {
  externalUserId?: string | undefined
}

export const findAccount = (
  db: Reader,
  env: ProjectEnvironment,
  id: string,
  { externalUserId }: Narrowing = {},
): Promise<AccountRow | undefined> =>
  db
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .$if(externalUserId !== undefined, (query) => query.where('external_user_id', '=', externalUserId!))
    .executeTakeFirst()

const selectWithCredentials = compileOnce(
  (db, account: Pick<AccountRow, 'id' | 'project_id' | 'environment'>) =>
    db
      .selectFrom('accounts')
      .innerJoin('credentials', 'credentials.account_id', 'accounts.id')
      .selectAll()
      .where('accounts.id', '=', account.id)
      .where('accounts.project_id', '=', account.project_id)
      .where('accounts.environment', '=', account.environment),
)

export async function findAccountWithCredentials(
  db: Reader,
  env: ProjectEnvironment,
  id: string,
): Promise<AccountWithCredentials | undefined> {
  const { projectId: project_id, environment } = env
  const [row] = await selectWithCredentials(db, { id, project_id, environment })
  return row
}

const filtered = (db: Reader, env: ProjectEnvironment, filters: AccountFilters) =>
  db
    .selectFrom('accounts')
    .selectAll()
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .$if(filters.externalUserId !== undefined, (q) =>
      q.where('external_user_id', '=', filters.externalUserId!),
    )
    .$if(filters.appSlug !== undefined, (q) => q.where('app_slug', '=', filters.appSlug!))
    .$if(filters.oauthAppId !== undefined, (q) => q.where('oauth_app_id', '=', filters.oauthAppId!))

export const listAccountRows = (
  db: Reader,
  env: ProjectEnvironment,
  filters: AccountFilters,
  page: PageRequest,
): Promise<Page<AccountRow>> => readPage(filtered(db, env, filters), page)

export const listAccountsToDelete = (
  db: Reader,
  env: ProjectEnvironment,
  filters: AccountFilters,
  limit: number,
): Promise<AccountRow[]> => filtered(db, env, filters).limit(limit).execute()

export async function insertAccount(tx: Tx, account: AccountRow, credentials: CredentialsRow): Promise<void> {
  await tx.insertInto('accounts').values(account).execute()
  await tx.insertInto('credentials').values(credentials).execute()
}

export async function updateAccount(
  tx: Tx,
  env: ProjectEnvironment,
  id: string,
  change: Partial<AccountRow>,
): Promise<void> {
  await tx
    .updateTable('accounts')
    .set(change)
    .where('id', '=', id)
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .execute()
}

/**
 * Writes credentials if they are still of `generation`, and where `attempt` is given if that reservation still stands. False when
 * somebody else has written since: the caller's are then too late. The account id has been found under its tenant in the same operation.
 */
export async function updateCredentials(
  tx: Tx,
  accountId: string,
  generation: number,
  change: Partial<CredentialsRow>,
  attempt?: string,
): Promise<boolean> {
  const result = await tx
    .updateTable('credentials')
    .set(change)
    .where('account_id', '=', accountId)
    .where('generation', '=', generation)
    .$if(attempt !== undefined, (query) => query.where('refresh_attempt', '=', attempt!))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/**
 * Takes the reservation of a refresh, if the row is as the caller `seen` it: the same credentials, no failure since, and no reservation
 * but the one seen, whose holder is known to be gone.
 */
export async function reserveRefresh(
  tx: Tx,
  seen: Pick<CredentialsRow, 'account_id' | 'generation' | 'retry_at' | 'refresh_attempt'>,
  reservation: { attempt: string; holder: string; leaseUntil: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('credentials')
    .set({
      refresh_attempt: reservation.attempt,
      refresh_holder: reservation.holder,
      refresh_lease_until: reservation.leaseUntil,
    })
    .where('account_id', '=', seen.account_id)
    .where('generation', '=', seen.generation)
    .where('retry_at', 'is not distinct from', seen.retry_at)
    .where('refresh_attempt', 'is not distinct from', seen.refresh_attempt)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function extendReservation(tx: Tx, accountId: string, attempt: string, leaseUntil: number) {
  await tx
    .updateTable('credentials')
    .set({ refresh_lease_until: leaseUntil })
    .where('account_id', '=', accountId)
    .where('refresh_attempt', '=', attempt)
    .execute()
}

/** Takes them out as they are at this moment: what a refresh wrote a moment ago is among them. The account has been found under its tenant. */
export const takeCredentials = (tx: Tx, accountId: string): Promise<CredentialsRow | undefined> =>
  tx.deleteFrom('credentials').where('account_id', '=', accountId).returningAll().executeTakeFirst()

/** Credentials go with the row (foreign key), and with them the data key that opened them. */
export async function deleteAccountRow(tx: Tx, env: ProjectEnvironment, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('accounts')
    .where('id', '=', id)
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** For the journal, which knows an account only by id: the tenant is in the row. */
export const findAnyAccountWithCredentials = (
  db: Reader,
  id: string,
): Promise<(AccountWithCredentials & { workspace_id: string }) | undefined> =>
  db
    .selectFrom('accounts')
    .innerJoin('credentials', 'credentials.account_id', 'accounts.id')
    .innerJoin('projects', 'projects.id', 'accounts.project_id')
    .selectAll(['accounts', 'credentials'])
    .select('projects.workspace_id')
    .where('accounts.id', '=', id)
    .executeTakeFirst()

/** Of any tenant, for background work: each row names its own. */
export type DueAccount = AccountWithCredentials & { workspace_id: string }

const dueAccounts = (db: Reader) =>
  db
    .selectFrom('accounts')
    .innerJoin('credentials', 'credentials.account_id', 'accounts.id')
    .innerJoin('projects', 'projects.id', 'accounts.project_id')
    .selectAll(['accounts', 'credentials'])
    .select('projects.workspace_id')

/** What is to be refreshed by `until`, the most urgent first: of one app, or of all but some. */
export const listDueRefreshes = (
  db: Reader,
  due: { until: number; limit: number; app?: string; exceptApps?: readonly string[] },
): Promise<DueAccount[]> =>
  dueAccounts(db)
    .where('accounts.next_refresh_at', '<=', due.until)
    .where('accounts.dead_at', 'is', null)
    .where('credentials.kind', '=', 'refreshable')
    .$if(due.app !== undefined, (query) => query.where('accounts.app_slug', '=', due.app!))
    .$if((due.exceptApps?.length ?? 0) > 0, (query) =>
      query.where('accounts.app_slug', 'not in', due.exceptApps!),
    )
    .orderBy('accounts.next_refresh_at')
    .orderBy('accounts.id')
    .limit(due.limit)
    .execute()

export const listDueChecks = (db: Reader, until: number, limit: number): Promise<DueAccount[]> =>
  dueAccounts(db)
    .where('accounts.next_check_at', '<=', until)
    .orderBy('accounts.next_check_at')
    .orderBy('accounts.id')
    .limit(limit)
    .execute()

/** Only one of those who saw the account due gets it; it is due again at `until` should they not come to an end. */
export async function claimCheck(
  tx: Tx,
  { id, next_check_at: seen }: Pick<AccountRow, 'id' | 'next_check_at'>,
  until: number,
): Promise<boolean> {
  const result = await tx
    .updateTable('accounts')
    .set({ next_check_at: until })
    .where('id', '=', id)
    .where('next_check_at', 'is not distinct from', seen)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
