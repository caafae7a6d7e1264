/** Owns when a revocation that failed is tried again, and when it is given up. */

/** Seconds after a failure; the last step repeats. */
const STEPS = [10, 60, 300, 900, 1800, 3600, 7200, 14_400]
const GIVE_UP_AFTER_MS = 24 * 3600 * 1000
const JITTER = 0.2

/**
 * Milliseconds since the epoch; undefined once a day has passed since it was scheduled. The last attempt falls on the end of that day.
 * `attempts` counts the one that failed; `random` in [0, 1) spreads those that failed together.
 */
export function nextAttemptAt(
  row: { attempts: number; created_at: number },
  retryAfterSeconds: number | undefined,
  now: number,
  random: number,
): number | undefined {
  const end = row.created_at + GIVE_UP_AFTER_MS
  if (now >= end) return undefined
  const step = STEPS[Math.min(Math.max(row.attempts, 1), STEPS.length) - 1]!
  const wait = Math.max(step * (1 + JITTER * random), retryAfterSeconds ?? 0)
  return Math.min(Math.round(now + wait * 1000), end)
}
