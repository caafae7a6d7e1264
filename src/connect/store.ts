/** Owns every query on connect attempts, and the two questions that connecting asks of accounts and Connect tokens. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader, Tx } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'

export type AttemptRow = Tables['connect_attempts']

/** By the digest of its handle, which is its own proof. */
export const findAttempt = (db: Reader, id: string): Promise<AttemptRow | undefined> =>
  db.selectFrom('connect_attempts').selectAll().where('id', '=', id).executeTakeFirst()

export const findAttemptByState = (db: Reader, stateDigest: string): Promise<AttemptRow | undefined> =>
  db.selectFrom('connect_attempts').selectAll().where('state_digest', '=', stateDigest).executeTakeFirst()

export async function insertAttempt(tx: Tx, row: AttemptRow): Promise<void> {
  await tx.insertInto('connect_attempts').values(row).execute()
}

/** Compare-and-set: false when the attempt is no longer in the status `from`, or gone. */
export async function moveAttempt(
  tx: Tx,
  id: string,
  from: AttemptRow['status'],
  change: Partial<AttemptRow> & Pick<AttemptRow, 'status'>,
): Promise<boolean> {
  const result = await tx
    .updateTable('connect_attempts')
    .set(change)
    .where('id', '=', id)
    .where('status', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** At most `limit` rows, so that a sweep never holds the database for long. Returns how many went. */
export async function deleteExpiredAttempts(tx: Tx, before: number, limit: number): Promise<number> {
  const due = await tx
    .selectFrom('connect_attempts')
    .select('id')
    .where('expires_at', '<', before)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  if (due.length === 0) return 0
  const ids = due.map((row) => row.id)
  await tx.deleteFrom('connect_attempts').where('id', 'in', ids).execute()
  return due.length
}

/** The account that a person may reconnect: his own, of that app. */
export const findReconnectable = (
  db: Reader,
  env: ProjectEnvironment,
  account: { id: string; externalUserId: string; appSlug: string },
): Promise<{ id: string; oauth_app_id: string | null } | undefined> =>
  db
    .selectFrom('accounts')
    .select(['id', 'oauth_app_id'])
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .where('external_user_id', '=', account.externalUserId)
    .where('app_slug', '=', account.appSlug)
    .where('id', '=', account.id)
    .executeTakeFirst()

/** What consumed a Connect token, read afresh: the row in hand may be older than the race it lost. */
export const findConsumption = (
  db: Reader,
  tokenDigest: string,
): Promise<{ consumed_by: string | null; account_id: string | null } | undefined> =>
  db
    .selectFrom('connect_tokens')
    .select(['consumed_by', 'account_id'])
    .where('digest', '=', tokenDigest)
    .executeTakeFirst()
