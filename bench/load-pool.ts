/**
 * Owns the load: keep-alive connections on bare sockets that send prepared bytes and read just enough of each answer to know its status
 * and its end. No pipelining. An HTTP client would cost more than the servers it measures.
 */
import { createConnection, type Socket } from 'node:net'

export interface Request {
  bytes: Buffer
  expectedStatus: number
}

export interface Load {
  answers: number
  seconds: number
  /** Milliseconds from sending to the last byte, one per answer, sorted. */
  latencies: Float64Array
}

const READ_BUFFER_BYTES = 256 * 1024
const HEAD_END = '\r\n\r\n'
const CONTENT_LENGTH = 'content-length: '

/** Bytes of a request; `body` is sent as JSON. */
export function prepareRequest(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
  expectedStatus = 200,
): Request {
  const text = body === undefined ? '' : JSON.stringify(body)
  const all = {
    host: '127.0.0.1',
    ...headers,
    ...(text
      ? { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
      : {}),
  }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return { bytes: Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n${text}`), expectedStatus }
}

/** One connection with one request under way at a time. `onAnswer` is called with the sending time at the last byte of each answer. */
class Connection {
  readonly #socket: Socket
  #expectedStatus = 0
  #sentAt = 0
  /** Bytes of the body still to come; -1 while the head is awaited. */
  #left = -1
  #head = ''
  #kept: Buffer[] | undefined
  #settle: { answered: (sentAt: number) => void; failed: (error: Error) => void } | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const buffer = Buffer.allocUnsafe(READ_BUFFER_BYTES)
      const socket: Socket = createConnection({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer,
          callback: (count) => {
            connection.#read(buffer, count)
            return true
          },
        },
      })
      const connection = new Connection(socket)
      socket.once('connect', () => resolve(connection))
      socket.on('error', (error) => {
        reject(error)
        connection.#settle?.failed(error)
      })
      socket.on('close', () => connection.#settle?.failed(new Error('the server closed a connection')))
    })
  }

  send(
    request: Request,
    settle: { answered: (sentAt: number) => void; failed: (error: Error) => void },
    kept?: Buffer[],
  ): void {
    this.#settle = settle
    this.#expectedStatus = request.expectedStatus
    this.#left = -1
    this.#head = ''
    this.#kept = kept
    this.#sentAt = performance.now()
    this.#socket.write(request.bytes)
  }

  close(): void {
    this.#settle = undefined
    this.#socket.destroy()
  }

  #read(buffer: Buffer, count: number): void {
    let bodyStart = 0
    if (this.#left === -1) {
      this.#head += buffer.toString('latin1', 0, Math.min(count, 4096))
      const end = this.#head.indexOf(HEAD_END)
      // A head in pieces: only the bytes of this chunk that belong to it are skipped below.
      if (end < 0) return
      bodyStart = end + HEAD_END.length - (this.#head.length - Math.min(count, 4096))
      const status = Number(this.#head.slice(9, 12))
      const at = this.#head.toLowerCase().indexOf(CONTENT_LENGTH)
      this.#left = at < 0 || at > end ? 0 : Number.parseInt(this.#head.slice(at + CONTENT_LENGTH.length), 10)
      if (status !== this.#expectedStatus) {
        const said = buffer.toString('utf8', bodyStart, Math.min(count, bodyStart + 300))
        this.#settle?.failed(new Error(`status ${status} instead of ${this.#expectedStatus}: ${said}`))
        return
      }
    }
    this.#kept?.push(Buffer.from(buffer.subarray(bodyStart, count)))
    this.#left -= count - bodyStart
    if (this.#left === 0) this.#settle?.answered(this.#sentAt)
    else if (this.#left < 0) this.#settle?.failed(new Error('an answer is longer than its Content-Length'))
  }
}

/** Kept connections to one server. */
export class LoadPool {
  readonly #connections: Connection[]

  constructor(connections: Connection[]) {
    this.#connections = connections
  }

  static async open(port: number, connections: number): Promise<LoadPool> {
    return new LoadPool(await Promise.all(Array.from({ length: connections }, () => Connection.open(port))))
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  /** Sends one request and returns the body of its answer. @throws Error on another status than the expected */
  once(request: Request): Promise<string> {
    const kept: Buffer[] = []
    return new Promise((resolve, reject) => {
      const answered = () => resolve(Buffer.concat(kept).toString())
      this.#connections[0]!.send(request, { answered, failed: reject }, kept)
    })
  }

  /**
   * Keeps `connections` requests under way for `milliseconds`, taking them from `requests` in turn, and waits for the last answers.
   * @throws Error at the first answer with another status than the expected
   */
  run(requests: readonly Request[], connections: number, milliseconds: number): Promise<Load> {
    return new Promise((resolve, reject) => {
      const latencies: number[] = []
      const start = performance.now()
      let next = Math.floor(Math.random() * requests.length)
      let running = connections
      const settleFor = (connection: Connection) => {
        const settle = {
          failed: reject,
          answered: (sentAt: number) => {
            const now = performance.now()
            latencies.push(now - sentAt)
            if (now - start < milliseconds) connection.send(requests[next++ % requests.length]!, settle)
            else if (--running === 0) {
              const seconds = (now - start) / 1000
              resolve({
                answers: latencies.length,
                seconds,
                latencies: Float64Array.from(latencies).toSorted(),
              })
            }
          },
        }
        return settle
      }
      for (const connection of this.#connections.slice(0, connections)) {
        connection.send(requests[next++ % requests.length]!, settleFor(connection))
      }
    })
  }
}
