/** Owns sending a fuzzed request as it is, and saying what is wrong with its answer. */
import { Agent, request } from 'node:http'

export interface SentRequest {
  method: string
  path: string
  headers: Record<string, string>
  body?: Buffer
}

export interface FuzzAnswer {
  status: number
  type: string
  text: string
  ms: number
}

const SLOWEST_MS = 2_000
/** People see these: an error there may be a page. */
const PAGES = /^\/+(_static\/|connect\/|sandbox\/oauth\/authorize)/i

const AT_A_TIME = 8
export const fuzzAgent = (): Agent => new Agent({ keepAlive: true, maxSockets: AT_A_TIME })

/** Sends them all, eight at a time, in their order. @throws what the first that fails throws */
export async function sendAll<Request>(
  requests: Iterable<Request>,
  send: (request: Request) => Promise<void>,
): Promise<void> {
  const left = requests[Symbol.iterator]()
  const sender = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await send(next.value)
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, sender))
}

export function sendFuzzed(address: string, agent: Agent, { method, path, headers, body }: SentRequest) {
  const { hostname, port } = new URL(address)
  const start = performance.now()
  return new Promise<FuzzAnswer>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const sent = request(
      { agent, hostname, port, method, path, headers: { ...headers, ...length } },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        const type = answer.headers['content-type'] ?? ''
        const done = () =>
          resolve({
            status: answer.statusCode ?? 0,
            type,
            text: Buffer.concat(chunks).toString('utf8'),
            ms: performance.now() - start,
          })
        answer.on('error', reject)
        answer.on('end', done)
        // A stream of events has no end: its beginning will do.
        if (type.startsWith('text/event-stream'))
          answer.once('data', () => {
            answer.off('error', reject).on('error', () => {})
            done()
            sent.destroy()
          })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Undefined when the answer is as it should be. */
export function faultOf(
  { method, path, headers }: SentRequest,
  { status, type, text, ms }: FuzzAnswer,
): string | undefined {
  if (status >= 500) return `status ${status}: ${text.slice(0, 200)}`
  if (ms > SLOWEST_MS) return `took ${Math.round(ms)} ms`
  if (/\bat .+\.ts:\d|node_modules|SQLITE_|FST_ERR|private_pem/.test(text))
    return `shows what it must not: ${text.slice(0, 200)}`
  const mayRead = path.includes('include_credentials') && !headers['authorization']?.includes('ctok_')
  if (/canary-(?!oauth-app-id)/.test(text) && !mayRead) return `shows credentials: ${text.slice(0, 200)}`
  if (status < 400 || method === 'HEAD' || PAGES.test(path)) return undefined
  if (!type.startsWith('application/json')) return `status ${status} as ${type}`
  const { error } = JSON.parse(text) as { error: unknown }
  return typeof error === 'string' && error !== '' ? undefined : `no error text: ${text.slice(0, 200)}`
}
