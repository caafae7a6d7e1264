/** Owns the order of events: by time, and within a millisecond of one process by count. */

const PER_MILLISECOND = 1024
let last = 0

/** Greater than any this process gave before, also when the clock steps back; exact in a JavaScript number until the year 2248. */
export function nextPosition(now: number): number {
  last = Math.max(now * PER_MILLISECOND, last + 1)
  return last
}

/**
 * How far below the highest position an event may still turn up. SQLite has one writer, so there positions come in order; on PostgreSQL
 * transactions commit in any order, none of them later than its time limit (open-postgres.ts).
 */
export const latenessOf = (dialect: 'sqlite' | 'postgres'): number =>
  dialect === 'sqlite' ? 0 : 10_000 * PER_MILLISECOND

/** The lowest position an event of that moment can have. */
export const positionOf = (time: number): number => time * PER_MILLISECOND
