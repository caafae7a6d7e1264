/** Owns every query on the sandbox provider's grants, switches and counts. Codes and tokens are never here, only their digests. */
import type { Selectable } from 'kysely'
import { addToCounters, counterKey, readCounter } from '../db/counters.ts'
import type { Reader, Tx } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'
import type { SandboxSettingsBody } from './contract.ts'

/** What a person allowed, with the digests of the code and the tokens that stand for it. */
export type SandboxGrant = Selectable<Tables['sandbox_grants']>

/** The part of a grant that a token request writes. */
export type IssuedDigests = Pick<SandboxGrant, 'access_digest' | 'access_expires_at' | 'refresh_digest'>

export async function insertGrant(tx: Tx, grant: SandboxGrant): Promise<void> {
  await tx.insertInto('sandbox_grants').values(grant).execute()
}

export const findGrantByCode = (db: Reader, codeDigest: string): Promise<SandboxGrant | undefined> =>
  db.selectFrom('sandbox_grants').selectAll().where('code_digest', '=', codeDigest).executeTakeFirst()

export const findGrantByAccessToken = (db: Reader, accessDigest: string): Promise<SandboxGrant | undefined> =>
  db
    .selectFrom('sandbox_grants')
    .selectAll()
    .where('access_digest', '=', accessDigest)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()

/** Spends the code: `code_expires_at` is null from then on. Of two that try at once, one gets undefined. */
export const redeemCode = (tx: Tx, id: string, issued: IssuedDigests): Promise<SandboxGrant | undefined> =>
  tx
    .updateTable('sandbox_grants')
    .set({ ...issued, code_expires_at: null })
    .where('id', '=', id)
    .where('code_expires_at', 'is not', null)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst()

/** New tokens for the grant whose refresh token this is now; of two that bring the same one and rotate it, one gets undefined. */
export const refreshGrant = (
  tx: Tx,
  presentedDigest: string,
  issued: IssuedDigests,
): Promise<SandboxGrant | undefined> =>
  tx
    .updateTable('sandbox_grants')
    .set((row) => ({
      ...issued,
      refreshes: row('refreshes', '+', 1),
      ...(issued.refresh_digest === presentedDigest ? {} : { previous_refresh_digest: presentedDigest }),
    }))
    .where('refresh_digest', '=', presentedDigest)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst()

export async function revokeGrant(tx: Tx, id: string, now: number): Promise<void> {
  await tx
    .updateTable('sandbox_grants')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
}

/** Ends the grant whose last but one refresh token this is. Returns how many that were: 0 or 1. */
export async function revokeByPreviousRefreshToken(tx: Tx, digest: string, now: number): Promise<number> {
  const result = await tx
    .updateTable('sandbox_grants')
    .set({ revoked_at: now })
    .where('previous_refresh_digest', '=', digest)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

/** Ends the grant that any of its tokens names. Returns how many that were: 0 or 1. */
export async function revokeByToken(tx: Tx, digest: string, now: number): Promise<number> {
  const result = await tx
    .updateTable('sandbox_grants')
    .set({ revoked_at: now })
    .where((row) =>
      row.or([
        row('access_digest', '=', digest),
        row('refresh_digest', '=', digest),
        row('previous_refresh_digest', '=', digest),
      ]),
    )
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

const counts = ['token_requests', 'code_exchanges', 'refused', 'revocations'] as const
export type SandboxCount = (typeof counts)[number]
const keyOf = (count: SandboxCount) => counterKey('sandbox', count)

export const addToCounts = (tx: Tx, ...names: SandboxCount[]): Promise<void> =>
  addToCounters(tx, names.map(keyOf), 1)

export async function readCounts(db: Reader): Promise<Record<SandboxCount, number>> {
  const entries = counts.map(async (count) => [count, await readCounter(db, keyOf(count))] as const)
  return Object.fromEntries(await Promise.all(entries)) as Record<SandboxCount, number>
}

/** Of all grants there ever were: what a refresh wrote is counted by the write itself. */
export async function countRefreshes(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('sandbox_grants')
    .select((eb) => eb.fn.sum<number | null>('refreshes').as('total'))
    .executeTakeFirst()
  return row?.total ?? 0
}

export const latestGrants = (
  db: Reader,
  limit: number,
): Promise<Pick<SandboxGrant, 'id' | 'refreshes' | 'revoked_at'>[]> =>
  db
    .selectFrom('sandbox_grants')
    .select(['id', 'refreshes', 'revoked_at'])
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()

/** One row: all processes obey the same switches. */
const SETTINGS_ID = 'sandbox'

export async function findSettings(db: Reader): Promise<SandboxSettingsBody> {
  const row = await db
    .selectFrom('sandbox_settings')
    .select('settings')
    .where('id', '=', SETTINGS_ID)
    .executeTakeFirst()
  return row ? (JSON.parse(row.settings) as SandboxSettingsBody) : {}
}

export async function saveSettings(tx: Tx, body: SandboxSettingsBody): Promise<void> {
  const settings = JSON.stringify(body)
  await tx
    .insertInto('sandbox_settings')
    .values({ id: SETTINGS_ID, settings })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ settings }))
    .execute()
}
