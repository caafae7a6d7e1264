/** Owns forgetting attempts that are over, for the housekeeping loop. */
import type { App } from '../app.ts'
import { deleteExpired } from '../db/delete-expired.ts'
import { KeyNotHeld, SealBroken } from '../platform/crypto/vault.ts'
import { openPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import { failAttempt, type FailCapabilities } from './fail-attempt.ts'
import { listAbandoned } from './store.ts'

/** How long after its end an attempt can still be asked about: the page polls, and a result may be reloaded. */
const KEPT_MS = 10 * 60_000

/** What waits for somebody who does not come: its secrets go, and are revoked where that harms nobody. Returns how many. */
export async function sweepAbandoned(app: FailCapabilities, limit: number): Promise<number> {
  const abandoned = await listAbandoned(app.db.read, app.clock.now(), limit)
  let gone = 0
  for (const attempt of abandoned) {
    try {
      await failAttempt(app, attempt, openPlan(app.vault, attempt), new ConnectError('attempt_expired'))
      gone += 1
    } catch (error) {
      if (!(error instanceof SealBroken || error instanceof KeyNotHeld)) throw error
      // It goes unread with its row a little later; nothing else may wait for it.
      app.log.error({ err: error, attempt: attempt.id }, 'an abandoned attempt does not open')
    }
  }
  return gone
}

/** Removes at most `limit` hand-overs; returns how many. */
export const sweepHandovers = (app: Pick<App, 'db' | 'clock'>, limit: number): Promise<number> =>
  app.db.write((tx) => deleteExpired(tx, 'connect_handovers', app.clock.now() - KEPT_MS, limit))

/** Removes at most `limit` attempts; returns how many. */
export const sweepAttempts = (app: Pick<App, 'db' | 'clock'>, limit: number): Promise<number> =>
  app.db.write((tx) => deleteExpired(tx, 'connect_attempts', app.clock.now() - KEPT_MS, limit))
