/** Owns `headgate listen`: the events of a server, forwarded to a program on the developer's machine as the webhooks they would be. */
import { parseArgs } from 'node:util'
import { readClientEnvironment } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import { createEgress, type Egress } from '../upstream/egress.ts'
import { deliveryHeaders } from '../webhooks/send-delivery.ts'
import { mintSigningKey } from '../webhooks/signing-key.ts'
import { followEvents } from './follow-events.ts'
import { printable } from './printable.ts'
import type { ServerEvent } from './read-server-events.ts'
import { UsageError } from './usage-error.ts'

export const help = `Usage:
  headgate listen --forward-to URL [--server URL] [--client-id ID] [--project proj_…] [--environment NAME] [--json]
Each event is sent to URL as a webhook would be, signed with a key made for this run. Server and client are read from
PIPEDREAM_BASE_URL, PIPEDREAM_CLIENT_ID and PIPEDREAM_CLIENT_SECRET, which a first start prints. Without --project the
events of all projects of the client are forwarded; without --environment those of both.`

const options = {
  'forward-to': { type: 'string' },
  server: { type: 'string' },
  'client-id': { type: 'string' },
  project: { type: 'string' },
  environment: { type: 'string' },
  json: { type: 'boolean' },
} as const

const TIMEOUT_MS = 30_000
const MAX_BYTES = 64 * 1024

export async function listen(args: string[]): Promise<void> {
  const values = read(args)
  const known = readClientEnvironment()
  if (values.environment !== undefined && !['development', 'production'].includes(values.environment))
    throw new UsageError('--environment must be development or production')
  const target = address('--forward-to', values['forward-to'])
  const server = address('--server (or PIPEDREAM_BASE_URL)', values.server ?? known.baseUrl)
  const clientId = given('--client-id (or PIPEDREAM_CLIENT_ID)', values['client-id'] ?? known.clientId)
  const clientSecret = given('PIPEDREAM_CLIENT_SECRET', known.clientSecret)
  // Whoever names them means them, private or not.
  const egress = createEgress({ allow: [hostOf(server), hostOf(target)] })
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const key = mintSigningKey()
  const print = (facts: Record<string, string | number | null>, line: string) =>
    console.log(values.json ? JSON.stringify(facts) : line)

  print({ signing_key: key.reveal() }, `Signing key of this run: ${key.reveal()}`)
  await followEvents(
    {
      server,
      clientId,
      clientSecret: clientSecret.reveal(),
      project: values.project,
      environment: values.environment,
    },
    {
      egress,
      signal: stop.signal,
      say: (what) => console.error(`headgate: ${what}`),
      onEvent: async (event) => {
        const { status, error } = await forward(egress, target, event, key)
        const facts = { id: event.id, type: event.type, status, ...(error === undefined ? {} : { error }) }
        print(facts, `${event.id}  ${printable(event.type).padEnd(20)}  ${status ?? error}`)
      },
    },
  )
  await egress.close()
}

/** Once: a program under development is not helped by repeats. */
async function forward(
  egress: Egress,
  url: URL,
  { id, data }: ServerEvent,
  key: ReturnType<typeof mintSigningKey>,
): Promise<{ status: number | null; error?: string }> {
  const {
    project_id,
    environment,
    data: facts,
  } = JSON.parse(data) as {
    project_id: string
    environment: 'development' | 'production'
    data: Parameters<typeof deliveryHeaders>[1]
  }
  const headers = deliveryHeaders({ id, project_id, environment }, facts, data, [key], systemClock.now())
  const request = { method: 'POST', url, headers, body: data, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES }
  try {
    return { status: (await egress.request({ ...request, headSuffices: true })).status }
  } catch (error) {
    if (error instanceof AppError) return { status: null, error: error.message }
    throw error
  }
}

const hostOf = (url: URL) => `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`

function read(args: string[]) {
  try {
    return parseArgs({ args, options }).values
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}\n${help}`, { cause })
  }
}

function given<Value>(name: string, value: Value | undefined): Value {
  if (value === undefined) throw new UsageError(`${name} is missing\n${help}`)
  return value
}

function address(name: string, value: string | undefined): URL {
  const url = URL.parse(given(name, value))
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new UsageError(`${name} must be an http(s) address, such as http://localhost:8080/hooks`)
  return url
}
