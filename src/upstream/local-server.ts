/** Owns a real server on the loopback that plays somebody else's, for the tests of this room. */

import type { TestContext } from 'node:test'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Server } from 'node:net'

export interface SeenRequest {
  method: string
  /** Path and query as they stood in the request line. */
  target: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
  form: URLSearchParams
}

export interface LocalServer {
  port: number
  /** `http://127.0.0.1:<port>` */
  origin: string
  /** What to write into an allow list. */
  target: string
  connections: () => number
  /** Every request so far, in order; empty for a server that does not speak HTTP. */
  requests: SeenRequest[]
}

/** Listens until the test ends, then cuts every connection. */
export async function listenLocally(t: TestContext, server: Server): Promise<LocalServer> {
  let connections = 0
  server.on('connection', (socket) => {
    connections += 1
    t.after(() => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const target = `127.0.0.1:${port}`
  return { port, target, origin: `http://${target}`, connections: () => connections, requests: [] }
}

/** An HTTP server that keeps what it was asked; `answer` gets each request with its whole body. */
export async function serveLocally(
  t: TestContext,
  answer: (request: SeenRequest, response: ServerResponse) => void,
): Promise<LocalServer> {
  const requests: SeenRequest[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const { pathname: path, searchParams: query } = new URL(req.url ?? '', 'http://127.0.0.1')
      const seen = {
        method: req.method ?? '',
        target: req.url ?? '',
        path,
        query,
        headers: req.headers,
        body,
      }
      const request = { ...seen, form: new URLSearchParams(body) }
      requests.push(request)
      answer(request, res)
    })
  })
  return { ...(await listenLocally(t, server)), requests }
}

/** Answers with JSON, or with a text of another content type. */
export function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
}
