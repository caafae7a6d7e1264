/** Owns the counts of what clients did at the sandbox provider, over all processes: how one shows that a refresh happened once. */
import type { App } from '../app.ts'
import type { StatsAnswer } from './contract.ts'
import { countRefreshes, latestGrants, readCounts } from './store.ts'

const MAX_GRANTS = 100

export async function readStats({ db }: Pick<App, 'db'>): Promise<StatsAnswer> {
  const [counts, refreshes, grants] = await Promise.all([
    readCounts(db.read),
    countRefreshes(db.read),
    latestGrants(db.read, MAX_GRANTS),
  ])
  return {
    ...counts,
    refreshes,
    grants: grants.map(({ id, refreshes: times, revoked_at }) => ({
      id,
      refreshes: times,
      revoked: revoked_at !== null,
    })),
  }
}
