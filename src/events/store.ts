/** Owns every query on events. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader, Tx } from '../db/open.ts'
import { type Page, type PageRequest, readPage } from '../db/pages.ts'
import type { EnvironmentName } from '../db/tables.ts'
import type { EventRow } from '../webhooks/event-envelope.ts'

export async function insertEvent(tx: Tx, row: EventRow): Promise<void> {
  await tx.insertInto('events').values(row).execute()
}

/** Of all events; zero when there are none. */
export async function lastPosition(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('events')
    .select('position')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.position ?? 0
}

/** Whose events. Null: all that the workspace has. */
export interface EventScope {
  workspaceId: string
  projectIds: readonly string[] | null
  environments: readonly EnvironmentName[] | null
}

const ofScope = (db: Reader, { workspaceId, projectIds, environments }: EventScope) =>
  db
    .selectFrom('events')
    .where('workspace_id', '=', workspaceId)
    .$if(projectIds !== null, (query) => query.where('project_id', 'in', projectIds!))
    .$if(environments !== null, (query) => query.where('environment', 'in', environments!))

export const listEventIds = (
  db: Reader,
  scope: EventScope,
  above: number,
  limit: number,
): Promise<{ id: string; position: number }[]> =>
  ofScope(db, scope)
    .select(['id', 'position'])
    .where('position', '>', above)
    .orderBy('position')
    .limit(limit)
    .execute()

export const findEvents = (db: Reader, ids: readonly string[]): Promise<EventRow[]> =>
  db.selectFrom('events').selectAll().where('id', 'in', ids).orderBy('position').execute()

export async function findEventPosition(
  db: Reader,
  scope: EventScope,
  id: string,
): Promise<number | undefined> {
  const row = await ofScope(db, scope).select('position').where('id', '=', id).executeTakeFirst()
  return row?.position
}

export const listEventRows = (
  db: Reader,
  env: ProjectEnvironment,
  { type, accountId }: { type: string | undefined; accountId: string | undefined },
  page: PageRequest,
): Promise<Page<EventRow>> =>
  readPage(
    db
      .selectFrom('events')
      .selectAll()
      .where('project_id', '=', env.projectId)
      .where('environment', '=', env.environment)
      .$if(type !== undefined, (query) => query.where('type', '=', type!))
      .$if(accountId !== undefined, (query) => query.where('account_id', '=', accountId!)),
    page,
  )

/** At most `limit` events and what they were owed. What is still on its way stays. Returns how many went. */
export async function deleteOldEvents(tx: Tx, before: number, limit: number): Promise<number> {
  const old = await tx
    .selectFrom('events')
    .select('id')
    .where('position', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries')
            .select('deliveries.id')
            .whereRef('deliveries.event_id', '=', 'events.id')
            .where('deliveries.status', '=', 'pending'),
        ),
      ),
    )
    .orderBy('position')
    .limit(limit)
    .execute()
  if (old.length === 0) return 0
  const ids = old.map((row) => row.id)
  // Deliveries go with their event (foreign key).
  await tx.deleteFrom('events').where('id', 'in', ids).execute()
  return old.length
}
