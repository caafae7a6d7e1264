/** Owns time: the one place that reads the machine's clock, and a clock that tests can move. */

/** Milliseconds since the Unix epoch. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still until it is moved; for tests and the ephemeral server. */
export class ManualClock implements Clock {
  #now: number

  constructor(start: string | number) {
    this.#now = typeof start === 'number' ? start : Date.parse(start)
  }

  now(): number {
    return this.#now
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds
  }
}

/** ISO 8601 in UTC with milliseconds, as the wire wants it (contract 2.C); null stays null. */
export function isoTime(milliseconds: number): string
export function isoTime(milliseconds: number | null): string | null
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}
