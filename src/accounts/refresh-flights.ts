/** Owns that one account has one refresh, or one trial that was asked for, under way in this process, however many callers wait for it. */

export class RefreshFlights {
  readonly #flights = new Map<string, Promise<void>>()

  /** Joins the flight of `accountId`, or starts one. It goes on when nobody waits for it any more. */
  join(accountId: string, start: () => Promise<void>): Promise<void> {
    const known = this.#flights.get(accountId)
    if (known) return known
    const flight = start().finally(() => this.#flights.delete(accountId))
    this.#flights.set(accountId, flight)
    return flight
  }

  has(accountId: string): boolean {
    return this.#flights.has(accountId)
  }

  /** Resolves when every flight under way has landed, whatever its outcome; for a graceful stop. */
  async landed(): Promise<void> {
    await Promise.allSettled(this.#flights.values())
  }
}
