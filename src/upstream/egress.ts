/** Owns the one door through which requests leave this process: rules first, then a bounded exchange. */

import { lookup as systemLookup } from 'node:dns/promises'
import { Agent, type Dispatcher } from 'undici'
import { BadRequest } from '../platform/errors.ts'
import { parseAllowList } from './allow-list.ts'
import { decodeContent } from './decode-content.ts'
import { blocked, EgressFailed, EgressTimedOut, refusal } from './egress-failure.ts'
import { admitUrl } from './egress-rules.ts'
import { guardedConnector, type Lookup } from './guarded-connector.ts'
import { lowerCaseNames } from './lower-case-names.ts'
import { USER_AGENT } from './user-agent.ts'

export interface OutboundRequest {
  method: string
  url: string | URL
  headers?: Record<string, string>
  body?: string | Buffer
  /** For the whole exchange, look-up and connection included. */
  timeoutMs: number
  /** Of the answer's body, as sent and as decompressed. */
  maxBytes: number
  /** Once the answer has begun it counts, though its body be too large, slow or broken: `body` is then what came of it, as it was sent. */
  headSuffices?: boolean
}

export interface OutboundResponse {
  status: number
  /** Names in lower case; repeated fields joined by ", ". */
  headers: Record<string, string>
  body: Buffer
}

export interface Egress {
  /**
   * Checks what can be told from the URL alone and hands it back parsed, for values that callers supply.
   * @throws BadRequest `egress_blocked`
   */
  checkTarget(url: string | URL): URL
  /**
   * One request on a connection of its own, never repeated, redirects handed back as they are.
   * @throws EgressFailed `egress_blocked`, `upstream_unreachable` or `upstream_too_large`
   * @throws EgressTimedOut `upstream_timeout`
   */
  request(request: OutboundRequest): Promise<OutboundResponse>
  /**
   * A streamed request on a kept connection, under the same rules; for the proxy. Errors reach the handler.
   * @throws EgressFailed `egress_blocked`
   */
  dispatch(
    url: URL,
    options: Omit<Dispatcher.DispatchOptions, 'origin' | 'path' | 'query'>,
    handler: Dispatcher.DispatchHandler,
  ): boolean
  /** Cuts every connection, those in use too: whoever still waits for an answer has to be stopped before. */
  close(): Promise<void>
}

export interface EgressOptions {
  /** The operator's exceptions, in the forms of `parseAllowList`. */
  allow: readonly string[]
  lookup?: Lookup
}

/** @throws Error if an entry of the allow list cannot be read. */
export function createEgress({ allow: entries, lookup = lookupAll }: EgressOptions): Egress {
  const allow = parseAllowList(entries)
  const connect = guardedConnector(allow, lookup)
  // Nothing here reads HTTP_PROXY: an Agent connects by itself.
  const kept = new Agent({ connect, allowH2: false })
  // Without keep-alive (`pipelining: 0`) an idle connection that the other side is just closing cannot swallow a
  // token request and leave its outcome unknown.
  const fresh = new Agent({ connect, allowH2: false, pipelining: 0 })

  const admit = (target: string | URL): URL => {
    const admission = admitUrl(target, allow)
    if (!admission.ok) throw blocked(admission.reason)
    return admission.url
  }
  return {
    checkTarget(target) {
      const admission = admitUrl(target, allow)
      if (!admission.ok) throw new BadRequest(refusal(admission.reason), { code: 'egress_blocked' })
      return admission.url
    },
    request: async (request) => exchange(fresh, admit(request.url), request),
    dispatch(url, options, handler) {
      const { origin, pathname, search } = admit(url)
      return kept.dispatch({ ...options, origin, path: pathname + search }, handler)
    },
    async close() {
      await Promise.all([kept.destroy(), fresh.destroy()])
    },
  }
}

const lookupAll: Lookup = (hostname) => systemLookup(hostname, { all: true })

async function exchange(agent: Agent, url: URL, request: OutboundRequest): Promise<OutboundResponse> {
  const { status, headers, body } = await collect(agent, url, request)
  if (request.headSuffices) return { status, headers, body }
  const decoded = await decodeContent(body, headers['content-encoding'], request.maxBytes)
  if (decoded === 'too_large') throw tooLarge(url)
  return { status, headers, body: decoded }
}

const tooLarge = (url: URL) =>
  new EgressFailed('upstream_too_large', `The answer of ${url.hostname} is too large`, true)

/** Undici's `request` cannot tell whether a failed request was ever written; a handler of our own can. */
function collect(agent: Agent, url: URL, request: OutboundRequest): Promise<OutboundResponse> {
  return new Promise((resolve, reject) => {
    let sent = false
    let controller: Dispatcher.DispatchController | undefined
    let status = 0
    let headers: Record<string, string> = {}
    const chunks: Buffer[] = []
    let bytes = 0
    let failure: Error | undefined

    const fail = (error: Error) => {
      failure ??= error
      clearTimeout(deadline)
      if (request.headSuffices && status > 0) resolve({ status, headers, body: Buffer.concat(chunks) })
      else reject(failure)
      controller?.abort(failure)
    }
    const deadline = setTimeout(
      () => fail(new EgressTimedOut(`${url.hostname} did not answer in time`, sent)),
      request.timeoutMs,
    )
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        // Called just before the first byte is written. Given up by now: aborting here keeps it unwritten.
        controller = started
        if (failure === undefined) sent = true
        else started.abort(failure)
      },
      onResponseStart(_controller, statusCode, fields) {
        status = statusCode
        headers = Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        )
        if (Number(headers['content-length']) > request.maxBytes) fail(tooLarge(url))
      },
      onResponseData(_controller, chunk) {
        bytes += chunk.length
        if (bytes > request.maxBytes) fail(tooLarge(url))
        else chunks.push(chunk)
      },
      onResponseEnd() {
        clearTimeout(deadline)
        resolve({ status, headers, body: Buffer.concat(chunks) })
      },
      onResponseError(_controller, error) {
        fail(error instanceof EgressFailed ? error : unreachable(url, sent, error))
      },
    }
    try {
      agent.dispatch(dispatchOptions(url, request), handler)
    } catch (error) {
      fail(unreachable(url, sent, error))
    }
  })
}

const dispatchOptions = (
  url: URL,
  { method, headers, body, timeoutMs }: OutboundRequest,
): Dispatcher.DispatchOptions => ({
  origin: url.origin,
  path: url.pathname + url.search,
  method,
  headers: { 'user-agent': USER_AGENT, 'accept-encoding': 'identity', ...lowerCaseNames(headers ?? {}) },
  body: body ?? null,
  headersTimeout: timeoutMs,
  bodyTimeout: timeoutMs,
})

/** Keeps code and class of the error only: a parser error carries bytes of the answer, which may be a token. */
function unreachable(url: URL, sent: boolean, error: unknown): EgressFailed {
  const { name, code } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { name: 'Error', code: undefined }
  const message = sent ? `${url.hostname} gave no whole answer` : `${url.hostname} could not be reached`
  return new EgressFailed('upstream_unreachable', message, sent, code ?? name)
}
