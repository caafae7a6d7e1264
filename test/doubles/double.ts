/**
 * Owns what a provider double is: a provider as its own documentation describes it, strict where that is strict, never made from our
 * catalogue. It is asked under its real addresses, and the catalogue is used as it is shipped.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { createEgress, type Egress } from '../../src/upstream/egress.ts'

export interface DoubleRequest {
  method: string
  /** With the provider's real host. */
  url: URL
  headers: Record<string, string | undefined>
  body: string
  /** The body read as a form; empty for another content type. */
  form: URLSearchParams
  /** The body read as JSON; undefined for another content type. */
  json: unknown
}

export interface DoubleAnswer {
  status: number
  /** Text as it is; anything else as JSON. */
  body?: unknown
  headers?: Record<string, string>
}

/** What the person does at the consent screen. */
export interface Decision {
  deny?: boolean
  /** Fewer scopes than asked for. */
  grant?: readonly string[]
  person?: string
}

export interface Double {
  /** `https://api.example.com`; `https://*.example.com` for every name below. */
  origins: readonly string[]
  /** The consent screen: checks the address as the provider would, and says where the browser goes. Throws for what the provider refuses. */
  consent?: (url: URL, decision: Decision) => URL
  answer: (request: DoubleRequest) => DoubleAnswer | Promise<DoubleAnswer>
}

export interface RunningDouble {
  /** Every request that reached it, in order. */
  requests: DoubleRequest[]
  /** The egress of a server, with the double's addresses led here and all others as they were. */
  lead(egress: Egress): Egress
}

const HOST = 'x-double-origin'

/** Until the end of `t`: a test, or anything that runs its callbacks at the end. */
export async function runDouble(t: Pick<TestContext, 'after'>, double: Double): Promise<RunningDouble> {
  const requests: DoubleRequest[] = []
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { [HOST]: origin, ...headers } = incoming.headers as Record<string, string | undefined>
      const request = readRequest(incoming, new URL(incoming.url ?? '/', origin), headers, chunks)
      requests.push(request)
      void (async () => {
        const { status, body = '', headers: fields = {} } = await double.answer(request)
        const isText = typeof body === 'string'
        response
          .writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...fields })
          .end(isText ? body : JSON.stringify(body))
      })().catch((error: unknown) => response.writeHead(599).end(String(error)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const inward = createEgress({ allow: ['127.0.0.1'] })
  t.after(() => inward.close())
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const isMine = ({ origin, host, protocol }: URL) =>
    double.origins.some((one) =>
      one.includes('*')
        ? protocol === 'https:' && host.endsWith(one.replace('https://*', ''))
        : one === origin,
    )
  return {
    requests,
    lead: (egress) => ({
      ...egress,
      checkTarget: (url) => (isMine(new URL(url)) ? new URL(url) : egress.checkTarget(url)),
      request: (request) => {
        const url = new URL(request.url)
        if (!isMine(url)) return egress.request(request)
        const led = new URL(url.pathname + url.search, here)
        return inward.request({ ...request, url: led, headers: { ...request.headers, [HOST]: url.origin } })
      },
    }),
  }
}

function readRequest(
  incoming: { method?: string | undefined },
  url: URL,
  headers: Record<string, string | undefined>,
  chunks: Buffer[],
): DoubleRequest {
  const body = Buffer.concat(chunks).toString()
  const type = headers['content-type'] ?? ''
  const isForm = type.startsWith('application/x-www-form-urlencoded')
  return {
    method: incoming.method ?? '',
    url,
    // The server's own name is of no interest to a provider; the header tells it the real one.
    headers: { ...headers, host: url.host },
    body,
    form: new URLSearchParams(isForm ? body : ''),
    json: type.includes('json') && body !== '' ? (JSON.parse(body) as unknown) : undefined,
  }
}

/** `id:secret` of a Basic header (RFC 7617), as sent; undefined for another scheme. */
export function basicOf(header: string | undefined): string | undefined {
  const [, encoded] = /^Basic (.+)$/i.exec(header ?? '') ?? []
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString()
}

/** The token of a `Bearer` header; undefined for another scheme. */
export const bearerOf = (header: string | undefined): string | undefined =>
  /^Bearer (.+)$/.exec(header ?? '')?.[1]
