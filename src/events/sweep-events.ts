/** Owns forgetting events, and the deliveries that went with them. */
import type { App } from '../app.ts'
import { positionOf } from './position.ts'
import { deleteOldEvents } from './store.ts'

const DAY_MS = 86_400_000

/** Removes at most `limit` events; returns how many. */
export const sweepEvents = (app: Pick<App, 'db' | 'clock' | 'config'>, limit: number): Promise<number> =>
  app.db.write((tx) =>
    deleteOldEvents(tx, positionOf(app.clock.now() - app.config.eventDays * DAY_MS), limit),
  )
