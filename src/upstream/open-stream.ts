/** Owns reading an answer that does not end, piece by piece, through the one door out. */
import type { Egress } from './egress.ts'
import { USER_AGENT } from './user-agent.ts'

export interface OpenStream {
  status: number
  /** Ends with the answer, with `signal`, or when nothing has come for `silenceMs`; what breaks it is thrown. */
  text: AsyncIterable<string>
}

interface StreamRequest {
  headers: Record<string, string>
  signal: AbortSignal
  /** The longest silence that is still taken for life. */
  silenceMs: number
}

/** A GET. The head has come when this resolves. @throws EgressFailed `egress_blocked`; what breaks the connection */
export function openStream(
  egress: Pick<Egress, 'dispatch'>,
  url: URL,
  { headers, signal, silenceMs }: StreamRequest,
): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const pieces: string[] = []
    let ended = false
    let failure: Error | undefined
    let tell = () => {}
    const decoder = new TextDecoder()

    async function* text(): AsyncGenerator<string> {
      for (;;) {
        const piece = pieces.shift()
        if (piece !== undefined) yield piece
        else if (failure) throw failure
        else if (ended) return
        else await new Promise<void>((next) => (tell = next))
      }
    }
    const options = {
      method: 'GET' as const,
      headers: { 'user-agent': USER_AGENT, accept: 'text/event-stream', ...headers },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    }
    egress.dispatch(url, options, {
      onRequestStart(controller) {
        const stop = () => controller.abort(new Error('stopped'))
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      },
      onResponseStart(_controller, status) {
        resolve({ status, text: text() })
      },
      onResponseData(_controller, chunk) {
        pieces.push(decoder.decode(chunk, { stream: true }))
        tell()
      },
      onResponseEnd() {
        ended = true
        tell()
      },
      onResponseError(_controller, error) {
        if (signal.aborted) ended = true
        else failure = error
        reject(error)
        tell()
      },
    })
  })
}
