/** Owns how fast this process may start background refreshes: so many at once in all and at one provider, and so many a second there. */

export interface PaceLimits {
  concurrency: number
  ratePerSecond: number
}

export class RefreshPace {
  readonly #limits: PaceLimits
  readonly #now: () => number
  readonly #providers = new Map<string, { running: number; budget: number; at: number }>()
  #running = 0

  /** `now` is monotonic, in milliseconds. */
  constructor(limits: PaceLimits, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#now = now
  }

  /** True when one more may start now; it is then counted until `giveBack`. */
  take(provider: string): boolean {
    const { concurrency, ratePerSecond } = this.#limits
    const now = this.#now()
    let state = this.#providers.get(provider)
    if (!state) this.#providers.set(provider, (state = { running: 0, budget: this.#burst(), at: now }))
    state.budget = Math.min(this.#burst(), state.budget + ((now - state.at) / 1000) * ratePerSecond)
    state.at = now
    if (this.#running >= concurrency || state.running >= Math.ceil(concurrency / 2) || state.budget < 1)
      return false
    state.budget -= 1
    state.running += 1
    this.#running += 1
    return true
  }

  giveBack(provider: string): void {
    const state = this.#providers.get(provider)
    if (!state) return
    state.running -= 1
    this.#running -= 1
  }

  /** What may start at once after a rest: half a second's worth. */
  #burst(): number {
    return Math.max(1, this.#limits.ratePerSecond / 2)
  }
}
