/** Owns the open event streams of this process: how many, until when, and how fast they are fed. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { App } from '../app.ts'
import type { Topic } from '../db/announce.ts'
import { TooManyRequests } from '../platform/errors.ts'
import { eventEnvelope, type EventRow } from '../webhooks/event-envelope.ts'
import type { EventReader } from './event-reader.ts'

/** Of one API client in one process. */
const MOST_PER_CLIENT = 20
/** Events of other processes are looked for, and the right to see them is judged anew, this often. */
const LOOK_EVERY_MS = 500
const HANDSHAKE_EVERY_MS = 15_000
/** A reader that takes nothing for so long is cut off; it comes back with Last-Event-ID. */
const PATIENCE_MS = 30_000

/** The comment that SSE clients of this API know (contract section 8). */
const HANDSHAKE = ':sse-handshake\n\n'

const message = (row: EventRow) => `id: ${row.id}\nevent: ${row.type}\ndata: ${eventEnvelope(row)}\n\n`

export interface Feed {
  clientId: string
  reader: EventReader
  /** Where this process announces what is new to it. */
  topic: Topic
  /** For a reader that has no id to go on after. */
  mark?: string
  /** False once the token has expired or been revoked, or reaches less far than it did. */
  isAllowed: () => Promise<boolean>
}

export class EventStreams {
  readonly #app: Pick<App, 'db' | 'log'>
  readonly #patience: { handshakeEveryMs: number; patienceMs: number }
  readonly #open = new Map<ServerResponse, { clientId: string; done: Promise<void>; end: () => void }>()

  constructor(
    app: Pick<App, 'db' | 'log'>,
    patience = { handshakeEveryMs: HANDSHAKE_EVERY_MS, patienceMs: PATIENCE_MS },
  ) {
    this.#app = app
    this.#patience = patience
  }

  /** Ask before the answer is begun. @throws TooManyRequests */
  admit(clientId: string): void {
    const open = [...this.#open.values()].filter((stream) => stream.clientId === clientId).length
    if (open >= MOST_PER_CLIENT) throw new TooManyRequests({ 'retry-after': '5' })
  }

  /** Returns at once; the stream lives until the reader goes, its right ends, or the server stops. */
  start(response: ServerResponse, headers: Record<string, string>, feed: Feed): void {
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Proxies of the nginx kind hold answers back unless told.
      'x-accel-buffering': 'no',
    })
    const stop = new AbortController()
    const done = this.#run(response, feed, stop.signal)
      .catch((error: unknown) => this.#app.log.info({ err: error }, 'an event stream broke off'))
      .then(() => {
        stop.abort()
        this.#open.delete(response)
        // Everything has been taken, or the reader is too slow for it to matter.
        if (response.writableNeedDrain) response.destroy()
        else response.end()
      })
    response.on('error', () => stop.abort())
    response.once('close', () => stop.abort())
    this.#open.set(response, { clientId: feed.clientId, done, end: () => stop.abort() })
  }

  /** For the stop of the server. */
  async endAll(): Promise<void> {
    const open = [...this.#open.values()]
    for (const { end } of open) end()
    await Promise.all(open.map(({ done }) => done))
  }

  /** One page is read when the one before has been taken: nothing piles up here. */
  async #run(
    response: ServerResponse,
    { reader, topic, mark, isAllowed }: Feed,
    signal: AbortSignal,
  ): Promise<void> {
    const { handshakeEveryMs } = this.#patience
    const news = this.#listenForNews(topic, signal)
    let spokeAt = performance.now()
    response.write(HANDSHAKE)
    // Without data it is no event, but what the reader says as Last-Event-ID (HTML standard, 9.2.6).
    if (mark !== undefined) response.write(`id: ${mark}\n\n`)
    while (!signal.aborted && (await isAllowed())) {
      const heard = news()
      const rows = await reader.next()
      if (signal.aborted) return
      let text = rows.map(message).join('')
      if (performance.now() - spokeAt >= handshakeEveryMs) {
        text += HANDSHAKE
        spokeAt = performance.now()
      }
      if (text !== '' && !response.write(text) && !(await this.#taken(response, signal))) return
      if (rows.length === 0) await heard
    }
  }

  /** Returns a function whose promise resolves at the next event of this process, or when it is time to look for others'. */
  #listenForNews(topic: Topic, signal: AbortSignal): () => Promise<void> {
    let wake = () => {}
    const stopListening = this.#app.db.listen(topic, () => wake())
    signal.addEventListener(
      'abort',
      () => {
        stopListening()
        wake()
      },
      { once: true },
    )
    return () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, LOOK_EVERY_MS).unref()
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        if (signal.aborted) wake()
      })
  }

  async #taken(response: ServerResponse, signal: AbortSignal): Promise<boolean> {
    const late = AbortSignal.any([signal, AbortSignal.timeout(this.#patience.patienceMs)])
    try {
      await once(response, 'drain', { signal: late })
      return true
    } catch {
      return false // Too slow, or gone.
    }
  }
}
