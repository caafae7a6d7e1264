/** Owns the queries of getting deliveries out: what is due, whose turn it is, what becomes of it. */
import { sql } from 'kysely'
import type { Reader, Tx } from '../../db/open.ts'
import type { EventRow } from '../event-envelope.ts'
import type { DeliveryRow, WebhookRow } from '../store.ts'

/** Until when the lane waits for a receiver that failed; undefined: for nothing. */
export async function laneWaitsUntil(tx: Tx, lane: string): Promise<number | undefined> {
  const row = await tx
    .selectFrom('deliveries')
    .select('next_attempt_at')
    .where('lane', '=', lane)
    .where('status', '=', 'pending')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.next_attempt_at ?? undefined
}

/** One has left the lane. Where the next is due all are, and none is touched: a lane may be long. */
export async function freeLane(tx: Tx, lane: string, now: number): Promise<void> {
  const next = await tx
    .selectFrom('deliveries')
    .select('next_attempt_at')
    .where('lane', '=', lane)
    .where('status', '=', 'pending')
    .orderBy('position')
    .limit(1)
    .executeTakeFirst()
  if (next && next.next_attempt_at !== null && next.next_attempt_at > now) await setLaneWait(tx, lane, now)
}

/** Whole lanes wait and go on together: what stands behind another delivery is never looked at in vain. */
export async function setLaneWait(tx: Tx, lane: string, until: number): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ next_attempt_at: until })
    .where('lane', '=', lane)
    .where('status', '=', 'pending')
    .where('next_attempt_at', '!=', until)
    .execute()
}

/** Who has something due. Leaps from project to project in the index: one of them may be owed a million, and the others must not wait for the reading of that. */
export async function projectsWithDue(db: Reader, now: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive owed(id) as (
      select min(project_id) from deliveries where next_attempt_at is not null
      union all
      select (select min(project_id) from deliveries where next_attempt_at is not null and project_id > owed.id)
      from owed where owed.id is not null
    )
    select id from owed where
      (select min(next_attempt_at) from deliveries where next_attempt_at is not null and project_id = owed.id)
      <= ${now}`.execute(db)
  return rows.map(({ id }) => id)
}

export type DueDelivery = Pick<DeliveryRow, 'id' | 'host' | 'project_id'>

/** The first of each lane, the longest due first. */
export const dueDeliveries = (
  db: Reader,
  projectId: string,
  now: number,
  limit: number,
): Promise<DueDelivery[]> =>
  db
    .selectFrom('deliveries')
    .select(['id', 'host', 'project_id'])
    .where('project_id', '=', projectId)
    .where('next_attempt_at', '<=', now)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries as earlier')
            .select('earlier.id')
            .whereRef('earlier.lane', '=', 'deliveries.lane')
            .where('earlier.status', '=', 'pending')
            .whereRef('earlier.position', '<', 'deliveries.position'),
        ),
      ),
    )
    .orderBy('next_attempt_at')
    .orderBy('position')
    .limit(limit)
    .execute()

/** Takes those of `ids` that nobody else has taken; until `leaseUntil` they are ours. */
export const claimDeliveries = (
  tx: Tx,
  ids: readonly string[],
  now: number,
  leaseUntil: number,
): Promise<DeliveryRow[]> =>
  tx
    .updateTable('deliveries')
    .set({ lease_until: leaseUntil })
    .where('id', 'in', ids)
    .where('status', '=', 'pending')
    // Not redundant: PostgreSQL looks again at these, and only these, after it has waited for the lock on the row.
    .where('next_attempt_at', '<=', now)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .returningAll()
    .execute()

/** Why a delivery is not to be sent any more. */
export type Withdrawal = Pick<DeliveryRow, 'status' | 'last_error'>

/**
 * What a delivery is made of, as it is now, addressed to where its webhook points now; undefined when it is over already. A webhook may
 * end while somebody else's transaction still writes down what it is owed: that is found here, and withdrawn.
 */
export async function findMatter(
  db: Reader,
  id: string,
): Promise<
  { delivery: DeliveryRow; event: EventRow; webhook: WebhookRow | undefined } | Withdrawal | undefined
> {
  const delivery = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .executeTakeFirst()
  if (!delivery) return undefined
  const event = await db
    .selectFrom('events')
    .selectAll()
    .where('id', '=', delivery.event_id)
    .executeTakeFirst()
  if (!event) return undefined
  // A connection webhook is signed with the key of the project's webhook, where there is one.
  const webhook = await db
    .selectFrom('webhooks')
    .selectAll()
    .where('project_id', '=', delivery.project_id)
    .where('environment', '=', delivery.environment)
    .executeTakeFirst()
  if (delivery.webhook_id === null) return { delivery, event, webhook }
  if (webhook?.id !== delivery.webhook_id)
    return { status: 'cancelled', last_error: 'The webhook was deleted' }
  if (webhook.disabled_at !== null) return { status: 'parked', last_error: 'The webhook is disabled' }
  return { delivery: { ...delivery, url: webhook.url, host: new URL(webhook.url).host }, event, webhook }
}

/** False when the delivery was withdrawn meanwhile, or somebody else took it after our lease. What has arrived has arrived, whoever has it now. */
export async function settleDelivery(
  tx: Tx,
  { id, lease_until }: DeliveryRow,
  change: Partial<DeliveryRow>,
): Promise<boolean> {
  const result = await tx
    .updateTable('deliveries')
    .set({ ...change, lease_until: null })
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .$if(change.status !== 'delivered', (query) => query.where('lease_until', '=', lease_until))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
