/** Owns what was told of an account, for tests: its events in their order. */
import type { App } from '../src/app.ts'

export async function eventsOf({ app }: { app: Pick<App, 'db'> }, accountId: string) {
  const rows = await app.db.read
    .selectFrom('events')
    .select(['type', 'data'])
    .where('account_id', '=', accountId)
    .orderBy('position')
    .execute()
  return rows.map(({ type, data }) => ({ type, reason: (JSON.parse(data) as { reason?: string }).reason }))
}

export const typesOf = async (world: { app: Pick<App, 'db'> }, accountId: string) =>
  (await eventsOf(world, accountId)).map(({ type }) => type)
