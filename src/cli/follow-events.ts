/** Owns following an event stream for as long as it takes: tokens, reconnecting where it broke off, each event once. */
import { AppError } from '../platform/errors.ts'
import type { Egress } from '../upstream/egress.ts'
import { openStream } from '../upstream/open-stream.ts'
import { readServerEvents, type ServerEvent } from './read-server-events.ts'
import { UsageError } from './usage-error.ts'

export interface StreamSource {
  server: URL
  clientId: string
  clientSecret: string
  /** Undefined: all that the client may act in. */
  project: string | undefined
  environment: string | undefined
}

interface Follow {
  egress: Egress
  signal: AbortSignal
  onEvent: (event: ServerEvent) => Promise<void>
  /** Connected, or broken off and why. */
  say: (what: string) => void
}

const TIMEOUT_MS = 15_000
const MAX_BYTES = 64 * 1024
/** The server says something every fifteen seconds. */
const SILENCE_MS = 40_000
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** A stream gives the last seconds again where it broke off; this many ids are remembered. */
const REMEMBERED = 5_000

/** Returns when `signal` says so. @throws UsageError when the server refuses the client or the project */
export async function followEvents(source: StreamSource, follow: Follow): Promise<void> {
  const { egress, signal, onEvent, say } = follow
  const seen = new Set<string>()
  let last: string | undefined
  let wait = FIRST_WAIT_MS
  while (!signal.aborted) {
    try {
      const stream = await openStream(egress, addressOf(source), {
        headers: {
          authorization: `Bearer ${await requestToken(source, egress)}`,
          ...(source.environment === undefined ? {} : { 'x-pd-environment': source.environment }),
          ...(last === undefined ? {} : { 'last-event-id': last }),
        },
        signal,
        silenceMs: SILENCE_MS,
      })
      if (stream.status === 200) {
        say('connected')
        wait = FIRST_WAIT_MS
        for await (const event of readServerEvents(stream.text, (mark) => (last = mark))) {
          last = event.id
          if (seen.has(event.id)) continue
          seen.add(event.id)
          if (seen.size > REMEMBERED) seen.delete(seen.values().next().value!)
          await onEvent(event)
        }
      } else if (stream.status === 400 && last !== undefined) {
        say('the last event is not kept any more; going on from now')
        last = undefined
      } else if ([400, 403, 404].includes(stream.status)) {
        throw new UsageError(
          `the server refuses this stream (HTTP ${stream.status}); look at client, project and environment`,
        )
      }
      if (!signal.aborted) say(`the stream ended (HTTP ${stream.status}); connecting again`)
    } catch (error) {
      if (error instanceof UsageError) throw error
      if (!signal.aborted)
        say(`no connection (${reasonOf(error)}); trying again in ${Math.ceil(wait / 1000)} s`)
    }
    await pause(wait, signal)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof AppError ? error.message : ((error as NodeJS.ErrnoException).code ?? 'broken off')

function addressOf({ server, project }: StreamSource): URL {
  const base = server.href.replace(/\/$/, '')
  return new URL(
    `${base}/v1/connect/${project === undefined ? '' : `${encodeURIComponent(project)}/`}events/stream`,
  )
}

/** @throws UsageError when the server does not know the client */
async function requestToken(
  { server, clientId, clientSecret }: StreamSource,
  egress: Egress,
): Promise<string> {
  const { status, body } = await egress.request({
    method: 'POST',
    url: `${server.href.replace(/\/$/, '')}/v1/oauth/token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'connect:projects:read',
    }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  })
  if (status === 400 || status === 401)
    throw new UsageError(
      'the server refuses this client; look at its id, secret and scopes (connect:projects:read)',
    )
  if (status !== 200) throw Object.assign(new Error('no token'), { code: `HTTP ${status}` })
  return (JSON.parse(body.toString()) as { access_token: string }).access_token
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
