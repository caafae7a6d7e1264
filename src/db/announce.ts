/** Owns telling the rest of this process what a transaction did: once it is durable, and never when it was undone. */
import type { Tx } from './open.ts'

/** Events by the id of their project, and by that of their workspace: nobody is woken for what he may not see. */
export type Topic = 'deliveries' | `events of ${string}`

const announced = new WeakMap<Tx, Set<Topic>>()

/** Whoever listens hears it after the commit. Other processes do not: they look for themselves, about once a second. */
export function announce(tx: Tx, topic: Topic): void {
  announced.get(tx)?.add(topic)
}

export class Announcements {
  readonly #listeners = new Map<Topic, Set<() => void>>()

  /** Returns how to stop listening. */
  listen(topic: Topic, hear: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(hear))
    return () => {
      if (listeners.delete(hear) && listeners.size === 0) this.#listeners.delete(topic)
    }
  }

  /** Runs the work of a transaction; `tell` is for after its commit. */
  async during<Result>(
    tx: Tx,
    work: (tx: Tx) => Promise<Result>,
  ): Promise<{ result: Result; tell: () => void }> {
    const topics = new Set<Topic>()
    announced.set(tx, topics)
    const result = await work(tx)
    const tell = () => {
      for (const topic of topics) for (const hear of this.#listeners.get(topic) ?? []) hear()
    }
    return { result, tell }
  }
}
