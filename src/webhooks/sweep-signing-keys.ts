/** Owns forgetting signing keys that were replaced, when their last day is over. */
import type { App } from '../app.ts'
import { deleteSpentSigningKeys } from './store.ts'

/** Returns how many went. */
export const sweepSigningKeys = (app: Pick<App, 'db' | 'clock'>): Promise<number> =>
  app.db.write((tx) => deleteSpentSigningKeys(tx, app.clock.now()))
