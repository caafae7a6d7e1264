/** Owns one attempt at a delivery: what is sent, and what the answer means. */
import type { App } from '../app.ts'
import { isoTime } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import { retryAfterSeconds } from '../upstream/retry-after.ts'
import { openConnectToken } from './delivery-seal.ts'
import { eventEnvelope, type EventRow } from './event-envelope.ts'
import { signatureHeaders } from './sign-delivery.ts'
import { openSigningKeys } from './signing-key.ts'
import type { DeliveryRow, WebhookRow } from './store.ts'

const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024

export type Outcome =
  | { kind: 'delivered'; status: number }
  /** 410: the receiver wants no more. */
  | { kind: 'gone'; status: number }
  | { kind: 'failed'; status: number | null; error: string; askedWaitMs?: number }

interface Matter {
  delivery: DeliveryRow
  event: EventRow
  /** Of the project environment, whose key signs. */
  webhook: WebhookRow | undefined
}

/** Where it goes is judged anew each time: a name that was public may have become a private address. */
export async function sendDelivery(
  app: Pick<App, 'egress' | 'vault' | 'clock'>,
  { delivery, event, webhook }: Matter,
): Promise<Outcome> {
  const data = JSON.parse(event.data) as EventData
  const body =
    delivery.sealed === null
      ? eventEnvelope(event)
      : connectionBody(event, data, openConnectToken(app, delivery, delivery.sealed))
  const now = app.clock.now()
  const keys = webhook ? openSigningKeys(app, webhook, now) : []
  try {
    const { status, headers } = await app.egress.request({
      method: 'POST',
      url: delivery.url,
      headers: deliveryHeaders(event, data, body, keys, now),
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      headSuffices: true,
    })
    if (status >= 200 && status < 300) return { kind: 'delivered', status }
    if (status === 410) return { kind: 'gone', status }
    const error = `The receiver answered with HTTP ${status}`
    const seconds =
      status === 429 || status === 503 ? retryAfterSeconds(headers['retry-after'], now) : undefined
    return {
      kind: 'failed',
      status,
      error,
      ...(seconds === undefined ? {} : { askedWaitMs: seconds * 1000 }),
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { kind: 'failed', status: null, error: error.message }
  }
}

interface EventData {
  account?: { external_id?: string }
  external_user_id?: string
  [member: string]: unknown
}

/** The same of a webhook and of what `headgate listen` forwards. The time is that of sending; the id is the event's, however often it comes. */
export function deliveryHeaders(
  event: Pick<EventRow, 'id' | 'project_id' | 'environment'>,
  data: EventData,
  body: string,
  keys: Parameters<typeof signatureHeaders>[0],
  now: number,
): Record<string, string> {
  const timestamp = Math.floor(now / 1000)
  const externalUserId = data.account?.external_id ?? data.external_user_id
  return {
    'content-type': 'application/json',
    'webhook-id': event.id,
    'webhook-timestamp': String(timestamp),
    'x-pd-timestamp': isoTime(now),
    'x-pd-project-id': event.project_id,
    'x-pd-environment': event.environment,
    ...(externalUserId === undefined ? {} : { 'x-pd-external-user-id': headerText(externalUserId) }),
    ...signatureHeaders(keys, { id: event.id, timestamp, body }),
  }
}

/** An id may be any text; what a header cannot hold goes percent-encoded. */
const headerText = (text: string) => (/^[\x21-\x24\x26-\x7e]+$/.test(text) ? text : encodeURIComponent(text))

/** Contract 7.1, and `error_code`, which is ours. */
function connectionBody(event: EventRow, data: EventData, connectToken: string): string {
  const { account, error, error_code } = data
  return JSON.stringify({
    event: event.type === 'connection.success' ? 'CONNECTION_SUCCESS' : 'CONNECTION_ERROR',
    connect_token: connectToken,
    environment: event.environment,
    connect_session_id: data['connect_session_id'],
    ...(event.type === 'connection.success' ? { account } : { error, error_code }),
  })
}
