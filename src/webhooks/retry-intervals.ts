/** Owns when a delivery that failed is tried again. */

export const RETRY_FOR_MS = 24 * 3_600_000
/** Also of a delivery that was kept from leaving for a day: by us, or by one before it in its lane. */
const LEAST_ATTEMPTS = 3
/** Up to this part is added, so that what failed together does not come back together. */
const JITTER = 0.1

/** How often, and how many seconds apart. The gap is under ten minutes for the first hour, and the whole is a day. */
export const RETRY_TABLE: readonly (readonly [times: number, seconds: number])[] = [
  [1, 5],
  [1, 15],
  [1, 30],
  [1, 60],
  [1, 120],
  [1, 240],
  [7, 480],
  [4, 900],
  [4, 1800],
  [4, 3600],
  [8, 7200],
]
const INTERVALS_MS = RETRY_TABLE.flatMap(([times, seconds]) => Array<number>(times).fill(seconds * 1000))

/** A receiver that asks for more patience than a day gets a day. */
const MAX_WAIT_MS = RETRY_FOR_MS

/**
 * When to try again, after `attempts` that failed; undefined: not any more.
 * @param askedWaitMs what the receiver asked for with `Retry-After`; it wins over the table
 */
export function nextAttemptAt(
  { attempts, retryUntil, askedWaitMs }: { attempts: number; retryUntil: number; askedWaitMs?: number },
  now: number,
  random: () => number = Math.random,
): number | undefined {
  const interval = INTERVALS_MS[Math.min(attempts, INTERVALS_MS.length) - 1] ?? INTERVALS_MS[0]!
  const wait = askedWaitMs ?? interval * (1 + JITTER * random())
  const at = now + Math.ceil(Math.min(Math.max(wait, 1000), MAX_WAIT_MS))
  return at > retryUntil && attempts >= LEAST_ATTEMPTS ? undefined : at
}
