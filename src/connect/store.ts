/** Owns every query on connect attempts, and what connecting asks of accounts and Connect tokens. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader, Tx } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'

export type AttemptRow = Tables['connect_attempts']
export type HandoverRow = Tables['connect_handovers']

/** By the digest of its handle, which is its own proof. */
export const findAttempt = (db: Reader, id: string): Promise<AttemptRow | undefined> =>
  db.selectFrom('connect_attempts').selectAll().where('id', '=', id).executeTakeFirst()

export const findAttemptByState = (db: Reader, stateDigest: string): Promise<AttemptRow | undefined> =>
  db.selectFrom('connect_attempts').selectAll().where('state_digest', '=', stateDigest).executeTakeFirst()

/** Under the tenant whose server asks. */
export const findAttemptByVerification = (
  db: Reader,
  env: ProjectEnvironment,
  verificationDigest: string,
): Promise<AttemptRow | undefined> =>
  db
    .selectFrom('connect_attempts')
    .selectAll()
    .where('verification_digest', '=', verificationDigest)
    .where('project_id', '=', env.projectId)
    .where('environment', '=', env.environment)
    .executeTakeFirst()

export async function insertAttempt(tx: Tx, row: AttemptRow): Promise<void> {
  await tx.insertInto('connect_attempts').values(row).execute()
}

/** Under the same id, from the status `from`; false when it is no longer in that. */
export async function replaceAttempt(
  tx: Tx,
  { id, ...row }: AttemptRow,
  from: AttemptRow['status'],
): Promise<boolean> {
  return moveAttempt(tx, id, from, row)
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

/** Those that still hold what a provider gave, and have expired. */
export const listAbandoned = (db: Reader, now: number, limit: number): Promise<AttemptRow[]> =>
  db
    .selectFrom('connect_attempts')
    .selectAll()
    .where('expires_at', '<=', now)
    .where('pending', 'is not', null)
    .orderBy('expires_at')
    .limit(limit)
    .execute()

/** Null where it has none, or the account is gone. */
export async function findAccountName(db: Reader, accountId: string | null): Promise<string | null> {
  const row = await db
    .selectFrom('accounts')
    .select('name')
    .where('id', '=', accountId ?? '')
    .executeTakeFirst()
  return row?.name ?? null
}

/** An account that was connected just now. */
export const findConnected = (
  db: Reader,
  accountId: string | null,
): Promise<{ name: string | null; app_slug: string; identity_digest: string | null } | undefined> =>
  db
    .selectFrom('accounts')
    .select(['name', 'app_slug', 'identity_digest'])
    .where('id', '=', accountId ?? '')
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

/** By the digest of the secret in its code, which is its own proof. */
export const findHandover = (db: Reader, id: string): Promise<HandoverRow | undefined> =>
  db.selectFrom('connect_handovers').selectAll().where('id', '=', id).executeTakeFirst()

/** The one before of the same Connect token goes. */
export async function insertHandover(tx: Tx, row: HandoverRow): Promise<void> {
  await tx
    .deleteFrom('connect_handovers')
    .where('connect_token_digest', '=', row.connect_token_digest)
    .execute()
  await tx.insertInto('connect_handovers').values(row).execute()
}

/** Compare-and-set: false when it has been opened, has become void or is gone. */
export async function changeHandover(
  tx: Tx,
  { id, expires_at }: Pick<HandoverRow, 'id' | 'expires_at'>,
  change: Partial<HandoverRow>,
): Promise<boolean> {
  const result = await tx
    .updateTable('connect_handovers')
    .set(change)
    .where('id', '=', id)
    .where('opened_at', 'is', null)
    .where('expires_at', '=', expires_at)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
