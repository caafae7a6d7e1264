/** Owns forgetting receipts: they name the users of accounts that are gone. */
import type { App } from '../app.ts'
import { deleteOldReceipts } from './store.ts'

/** After the last question that somebody has about a leak. */
const KEEP_MS = 365 * 24 * 3600 * 1000

/** Removes at most `limit` receipts; returns how many. */
export const sweepReceipts = (app: Pick<App, 'db' | 'clock'>, limit: number): Promise<number> =>
  app.db.write((tx) => deleteOldReceipts(tx, app.clock.now() - KEEP_MS, limit))
