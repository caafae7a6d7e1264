/** Owns slowing down whoever fails too often: a count per address and minute, in bounded memory. */
import { isIPv6 } from 'node:net'

const WINDOW_MS = 60_000
const MAX_ADDRESSES = 50_000

export class Throttle {
  readonly #counts = new Map<string, { count: number; endsAt: number }>()
  readonly #limit: number

  /** `limit` failures from one address within a minute. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Seconds to wait when the address is over its limit, else undefined. `now` in milliseconds. */
  retryAfter(address: string, now: number): number | undefined {
    const entry = this.#counts.get(network(address))
    if (!entry || entry.endsAt <= now || entry.count < this.#limit) return undefined
    return Math.ceil((entry.endsAt - now) / 1000)
  }

  /** The headers of a 429 for an address over its limit, as contract section 3.1 lists them; else undefined. `reset` in epoch seconds. */
  refusal(address: string, now: number): Record<string, string> | undefined {
    const seconds = this.retryAfter(address, now)
    if (seconds === undefined) return undefined
    return {
      'retry-after': String(seconds),
      'x-ratelimit-limit': String(this.#limit),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(now / 1000) + seconds),
    }
  }

  fail(address: string, now: number): void {
    const key = network(address)
    const entry = this.#counts.get(key)
    if (entry && entry.endsAt > now) {
      entry.count += 1
      return
    }
    this.#counts.delete(key)
    if (this.#counts.size >= MAX_ADDRESSES) {
      const oldest = this.#counts.keys().next()
      if (!oldest.done) this.#counts.delete(oldest.value)
    }
    this.#counts.set(key, { count: 1, endsAt: now + WINDOW_MS })
  }
}

/** One IPv6 customer holds a whole /64; counting single addresses would count nobody. */
function network(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address
  const [before = '', after] = address.split('::')
  const left = before === '' ? [] : before.split(':')
  const right = after === undefined || after === '' ? [] : after.split(':')
  // An IPv4 tail stands for two groups; it never reaches into the first four.
  const missing = 8 - left.length - right.length - (address.includes('.') ? 1 : 0)
  const groups = after === undefined ? left : [...left, ...Array<string>(missing).fill('0'), ...right]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
