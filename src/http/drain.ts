/** Owns the end of the listener: what is under way is answered, what is idle is cut. */
import { once } from 'node:events'
import type { Http } from './http.ts'

/** How long an answer may still take after the stop was asked for. */
const PATIENCE_MS = 25_000

/** Call before the server listens; the function it returns closes the server. */
export function drainable(http: Http): () => Promise<void> {
  let underWay = 0
  let stopping = false
  const { server } = http
  server.on('request', (_request, response) => {
    underWay += 1
    // A client that keeps its connection would go on sending to a process that is leaving.
    if (stopping) response.setHeader('connection', 'close')
    response.once('close', () => {
      underWay -= 1
      if (underWay === 0) server.emit('drained')
    })
  })
  return async () => {
    stopping = true
    const closed = http.close()
    if (underWay > 0) {
      const late = AbortSignal.timeout(PATIENCE_MS)
      await once(server, 'drained', { signal: late }).catch(() => {}) // Late is late: the rest is cut.
    }
    // A browser holds sockets in reserve that never sent a request; those do not count as idle, and would hold the stop up.
    server.closeAllConnections()
    await closed
  }
}
