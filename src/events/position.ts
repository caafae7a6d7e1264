/** Owns the order of events: by time, and within a millisecond of one process by count. */

const PER_MILLISECOND = 4096
let last = 0

/** Greater than any this process gave before, also when the clock steps back; exact in a JavaScript number until the year 2250. */
export function nextPosition(now: number): number {
  last = Math.max(now * PER_MILLISECOND, last + 1)
  return last
}

/** The lowest position an event of that moment can have. */
export const positionOf = (time: number): number => time * PER_MILLISECOND
