/** Owns the answer to bytes that are no HTTP request: too many headers, too slow, cut short. There is no route and no reply then. */
import type { Socket } from 'node:net'

const ANSWERS: Record<string, { status: string; error: string }> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    error: 'The headers are too large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', error: 'The request did not arrive in time' },
}
const MALFORMED = { status: '400 Bad Request', error: 'The request is not valid HTTP' }

/** Answers in the shape of every other error and closes the connection, because what follows cannot be told apart any more. */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  // Reset by the peer, or an answer is half written already: nothing sensible can be added.
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const answer = ANSWERS[error.code ?? ''] ?? MALFORMED
  const body = JSON.stringify({ error: answer.error, code: 'invalid_request' })
  socket.end(
    `HTTP/1.1 ${answer.status}\r\nContent-Type: application/json; charset=utf-8\r\nCache-Control: no-store\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}
