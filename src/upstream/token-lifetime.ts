/** Owns reading how long a token lives, in all the ways answers say it. */

import type { TokenResponse } from './app-definition.ts'

/** Nothing lives longer: a larger figure is a mistake or means "for ever", and a date must stay representable. */
const MAX_LIFETIME_MS = 10 * 365 * 24 * 3600 * 1000
const DAY_MS = 24 * 3600 * 1000
/** A larger figure is a time in milliseconds. */
const MAX_EPOCH_S = 1e11

/**
 * When a token expires, in milliseconds since the epoch by our own clock; null when `value` says nothing readable.
 * Numbers may be texts or fractions. What has passed, or is negative, is `now`; what lies beyond ten years is cut.
 */
export function expiryOf(value: unknown, unit: TokenResponse['expires_unit'], now: number): number | null {
  const expiry = unclamped(value, unit, now)
  if (expiry === undefined || Number.isNaN(expiry)) return null
  return Math.floor(Math.min(Math.max(expiry, now), now + MAX_LIFETIME_MS))
}

function unclamped(value: unknown, unit: TokenResponse['expires_unit'], now: number): number | undefined {
  if (unit === 'iso') return typeof value === 'string' ? Date.parse(value) : undefined
  const figure = figureOf(value)
  if (figure === undefined) return undefined
  switch (unit) {
    case 's':
      return isTime(figure, now) ? figure * 1000 : now + figure * 1000
    case 'ms':
      return now + figure
    case 'epoch_s':
      return figure > MAX_EPOCH_S ? figure : figure * 1000
  }
}

/** Some say in expires_in when, and not how long (Typeform): a life of fifty years that would end in the years ahead of us is none. */
const isTime = (seconds: number, now: number) =>
  seconds * 1000 > now - DAY_MS && seconds * 1000 < now + MAX_LIFETIME_MS

/** A number, also written as text. */
export function figureOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}
