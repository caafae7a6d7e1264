/** Owns reading on in the events, in order and each once, although transactions may commit in another order than they began. */
import type { App } from '../app.ts'
import { BadRequest } from '../platform/errors.ts'
import type { EventRow } from '../webhooks/event-envelope.ts'
import { latenessOf, positionOf } from './position.ts'
import { type EventScope, findEventPosition, findEvents, lastPosition, listEventIds } from './store.ts'

const PAGE = 100
const LOOKED_AT = 1_000

/** Stands for this moment where there is no event yet to go on after: a stream that breaks off before its first one has missed nothing. */
export const markOf = (now: number): string => `at_${positionOf(now) - 1}`

export class EventReader {
  readonly #app: Pick<App, 'db'>
  readonly #scope: EventScope
  /** The highest position that was given, or that others had when there was nothing more to give. */
  #last: number
  /** Those that a look back would find again. */
  readonly #given = new Map<string, number>()

  private constructor(app: Pick<App, 'db'>, scope: EventScope, last: number) {
    this.#app = app
    this.#scope = scope
    this.#last = last
  }

  /**
   * Reads on after the event or mark `lastEventId`, else after all there are now. What may have been committed late comes again with the event
   * before it: for the reader, twice is better than never, and the id tells.
   * @throws BadRequest `unknown_event` when that event is not kept any more, or never was
   */
  static async open(
    app: Pick<App, 'db'>,
    scope: EventScope,
    lastEventId: string | undefined,
  ): Promise<EventReader> {
    if (lastEventId !== undefined) {
      const mark = /^at_(\d{1,16})$/.exec(lastEventId)?.[1]
      const position =
        mark === undefined ? await findEventPosition(app.db.read, scope, lastEventId) : Number(mark)
      if (position === undefined) {
        throw new BadRequest('Last-Event-ID names no event that is kept', { code: 'unknown_event' })
      }
      const reader = new EventReader(app, scope, position)
      reader.#given.set(lastEventId, position)
      return reader
    }
    const reader = new EventReader(app, scope, await lastPosition(app.db.read))
    for (const { id, position } of await reader.#unread(Number.MAX_SAFE_INTEGER)) reader.#keep(id, position)
    return reader
  }

  /** The next ones, at most a page; empty when there are none yet. */
  async next(): Promise<EventRow[]> {
    const { read } = this.#app.db
    const head = await lastPosition(read)
    const unread = await this.#unread(PAGE)
    const ids = unread.map(({ id }) => id)
    const rows = ids.length === 0 ? [] : await findEvents(read, ids)
    for (const { id, position } of rows) this.#keep(id, position)
    // What others have had meanwhile is not looked through again each time.
    if (unread.length < PAGE) this.#last = Math.max(this.#last, head)
    for (const [id, position] of this.#given) if (position <= this.#floor) this.#given.delete(id)
    return rows
  }

  get #floor(): number {
    return this.#last - latenessOf(this.#app.db.dialect)
  }

  #keep(id: string, position: number): void {
    this.#given.set(id, position)
    this.#last = Math.max(this.#last, position)
  }

  async #unread(most: number): Promise<{ id: string; position: number }[]> {
    const unread: { id: string; position: number }[] = []
    for (let above = this.#floor; unread.length < most;) {
      const found = await listEventIds(this.#app.db.read, this.#scope, above, LOOKED_AT)
      unread.push(...found.filter(({ id }) => !this.#given.has(id)))
      const highest = found.at(-1)?.position
      if (found.length < LOOKED_AT || highest === undefined) break
      above = highest
    }
    return unread.slice(0, most)
  }
}
