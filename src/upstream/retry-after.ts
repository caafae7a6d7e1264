/** Owns reading how long an upstream asks us to wait. */

/** @returns whole seconds from now, never negative; undefined if absent or unreadable (RFC 9110 section 10.2.3) */
export function retryAfterSeconds(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}
