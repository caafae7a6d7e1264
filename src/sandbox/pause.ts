/** Owns waiting on purpose, which ends at once when nobody waits for the answer any more. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '../platform/errors.ts'

/** @throws Unavailable when `signal` ends the pause: the caller went away, or the server is stopping */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds === 0) return
  try {
    await sleep(milliseconds, undefined, { signal })
  } catch (cause) {
    throw new Unavailable('The sandbox stopped waiting', 1, { cause })
  }
}
