/**
 * Owns telling the lease of a frozen process from one that is merely over by our clock, which may be wrong, or by an outage of the database
 * in which nobody could renew it: whoever lives renews it, and it is watched for that.
 */

/** Two renewals, and some time for them. */
const WATCH_MS = 25_000
const MAX_LEASES = 1_000

export class LeaseWatch {
  readonly #now: () => number
  /** Attempt -> the end it had, and since when. */
  readonly #seen = new Map<string, { until: number; since: number }>()

  /** `now` is monotonic, in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** True once the lease of `attempt` has had the same end for as long as two renewals take, seen from here. */
  isAbandoned(attempt: string, until: number): boolean {
    const now = this.#now()
    const seen = this.#seen.get(attempt)
    if (seen?.until === until) return now - seen.since >= WATCH_MS
    this.#seen.delete(attempt)
    this.#seen.set(attempt, { until, since: now })
    if (this.#seen.size > MAX_LEASES) this.#seen.delete(this.#seen.keys().next().value!)
    return false
  }
}
