/** Owns forgetting attempts that are over, for the housekeeping loop. */
import type { App } from '../app.ts'
import { deleteExpiredAttempts } from './store.ts'

/** How long after its end an attempt can still be asked about: the page polls, and a result may be reloaded. */
const KEPT_MS = 10 * 60_000

/** Removes at most `limit` attempts; returns how many. */
export const sweepAttempts = (app: Pick<App, 'db' | 'clock'>, limit: number): Promise<number> =>
  app.db.write((tx) => deleteExpiredAttempts(tx, app.clock.now() - KEPT_MS, limit))
