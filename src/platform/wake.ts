/** Owns telling a loop of this process that there is work now, so that nobody waits for its next round. */

export class Wake {
  #listener: (() => void) | undefined

  /** Without a listener (a command, a test) the work waits in the database. */
  now(): void {
    this.#listener?.()
  }

  listen(listener: () => void): void {
    this.#listener = listener
  }
}
