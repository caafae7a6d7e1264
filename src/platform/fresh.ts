/** Owns values that may be a little old, never older than stated: what lets a process answer fast and still obey a revocation in time. */

interface Entry<Value> {
  value: Value
  loadedAt: number
}

/**
 * A value per key, loaded when first asked for and again when older than `maxAgeMs` (monotonic time, so a moved clock changes nothing).
 * Concurrent callers share one load; a failed load is the caller's error and leaves nothing behind. Holds `maxEntries` at most.
 */
export class FreshMap<Key, Value> {
  readonly #entries = new Map<Key, Entry<Value>>()
  readonly #loading = new Map<Key, Promise<Value>>()
  readonly #maxAgeMs: number
  readonly #maxEntries: number
  readonly #load: (key: Key) => Promise<Value>

  constructor(maxAgeMs: number, maxEntries: number, load: (key: Key) => Promise<Value>) {
    this.#maxAgeMs = maxAgeMs
    this.#maxEntries = maxEntries
    this.#load = load
  }

  get(key: Key): Value | Promise<Value> {
    const entry = this.#entries.get(key)
    if (entry && performance.now() - entry.loadedAt < this.#maxAgeMs) return entry.value
    return this.#loading.get(key) ?? this.#reload(key)
  }

  /** Forgets what is known about `key`, and the answer of a load that is under way. */
  invalidate(key: Key): void {
    this.#entries.delete(key)
    this.#loading.delete(key)
  }

  #reload(key: Key): Promise<Value> {
    const loadedAt = performance.now()
    const loading = this.#load(key).then(
      (value) => {
        if (this.#loading.get(key) === loading) this.#keep(key, { value, loadedAt })
        return value
      },
      (error: unknown) => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key)
        throw error
      },
    )
    this.#loading.set(key, loading)
    return loading
  }

  #keep(key: Key, entry: Entry<Value>): void {
    this.#loading.delete(key)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    if (this.#entries.size > this.#maxEntries) {
      const oldest = this.#entries.keys().next()
      if (!oldest.done) this.#entries.delete(oldest.value)
    }
  }
}
