/** Sends a request byte by byte over a socket of its own, for what fetch refuses to send: repeated headers, broken bodies, another Host. */
import { connect } from 'node:net'
import type { Answer } from './answers.ts'

export interface RawRequest {
  /** Request line and header lines, without line ends; `Host` and `Connection: close` are added unless named. */
  lines: readonly string[]
  body?: string | Buffer
  /** The address to call from, for example `127.0.0.2`. */
  from?: string
  /** Ends our side after the body, so that the server sees a request cut short. */
  cut?: boolean
}

/** The answer, or undefined when the server closed the connection without one. `address` is `http://host:port`. */
export function rawRequest(address: string, request: RawRequest): Promise<Answer | undefined> {
  const { hostname, port, host } = new URL(address)
  const named = (name: string) => request.lines.some((line) => line.toLowerCase().startsWith(`${name}:`))
  const lines = [
    ...request.lines,
    ...(named('host') ? [] : [`Host: ${host}`]),
    ...(named('connection') ? [] : ['Connection: close']),
  ]
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: Number(port),
      ...(request.from === undefined ? {} : { localAddress: request.from }),
    })
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      // A stream of events has no end: its beginning will do.
      if (/^content-type: text\/event-stream[^]*\r\n\r\n/im.test(Buffer.concat(chunks).toString('latin1')))
        socket.destroy()
    })
    socket.on('close', () => resolve(parse(Buffer.concat(chunks).toString('utf8'))))
    // A reset after the answer is how a server ends a request that it will not read to its end.
    socket.on('error', (error) =>
      chunks.length > 0 ? resolve(parse(Buffer.concat(chunks).toString())) : reject(error),
    )
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    if (request.body !== undefined) socket.write(request.body)
    if (request.cut) socket.end()
  })
}

function parse(text: string): Answer | undefined {
  const split = text.indexOf('\r\n\r\n')
  if (split < 0) return undefined
  const [statusLine = '', ...headerLines] = text.slice(0, split).split('\r\n')
  const headers = new Headers()
  for (const line of headerLines) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const body = text.slice(split + 4)
  const chunked = headers.get('transfer-encoding') === 'chunked'
  return { status: Number(statusLine.split(' ')[1]), headers, text: chunked ? unchunk(body) : body }
}

function unchunk(body: string): string {
  let rest = Buffer.from(body)
  const parts: Buffer[] = []
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.subarray(0, Math.max(end, 0)).toString(), 16)
    if (!(size > 0)) return Buffer.concat(parts).toString('utf8')
    parts.push(rest.subarray(end + 2, end + 2 + size))
    rest = rest.subarray(end + 2 + size + 2)
  }
}
