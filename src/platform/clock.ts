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

const DAY_MS = 86_400_000
const MAX_DAYS = 4_000
/** `2026-11-22T` by day number: a page of a list holds hundreds of times, and Date writes one in a microsecond. */
const days = new Map<number, string>()
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))

/** ISO 8601 in UTC with milliseconds, as the wire wants it (contract 2.C); null stays null. */
export function isoTime(milliseconds: number): string
export function isoTime(milliseconds: number | null): string | null
export function isoTime(milliseconds: number | null): string | null {
  if (milliseconds === null) return null
  const whole = Math.floor(milliseconds)
  const day = Math.floor(whole / DAY_MS)
  let date = days.get(day)
  if (date === undefined) {
    date = new Date(day * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length)
    if (days.size >= MAX_DAYS) days.clear()
    days.set(day, date)
  }
  const inDay = whole - day * DAY_MS
  const seconds = Math.floor(inDay / 1000)
  const minutes = Math.floor(seconds / 60)
  const clock = `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`
  return `${date}${clock}.${String(1000 + (inDay % 1000)).slice(1)}Z`
}
