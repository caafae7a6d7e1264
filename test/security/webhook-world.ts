/** Owns the fixtures of webhook cases: receivers that a test directs, and events that happen when it says so. */
import { createHmac } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { ServerResponse } from 'node:http'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { type NewEvent, recordEvent } from '../../src/events/record-event.ts'
import type { Reader } from '../../src/db/open.ts'
import { dueDeliveries, projectsWithDue } from '../../src/webhooks/sending/store.ts'
import { reply, type SeenRequest, serveLocally } from '../../src/upstream/local-server.ts'
import type { Delivery } from '../../src/webhooks/contract.ts'
import type { DeliveryRow } from '../../src/webhooks/store.ts'
import { type Answer, assertStatus, jsonOf, type Sent, send } from './answers.ts'
import { openWorld, within, type WorldOptions } from './harness.ts'

/** Answers 200 until told otherwise. */
export async function openReceiver(t: TestContext) {
  let behave = (_request: SeenRequest, response: ServerResponse): void => reply(response, 200, {})
  const server = await serveLocally(t, (request, response) => behave(request, response))
  return {
    url: `${server.origin}/hook`,
    requests: server.requests,
    behave: (next: typeof behave) => void (behave = next),
    answer: (status: number, headers: Record<string, string> = {}) =>
      void (behave = (_request, response) => reply(response, status, {}, headers)),
    /** What has come, parsed. */
    events: () => server.requests.map(({ body }) => JSON.parse(body) as Envelope),
    ids: () => server.requests.map(({ headers }) => String(headers['webhook-id'])),
    has: (count: number, milliseconds = 5_000) =>
      within(milliseconds, async () => server.requests.length >= count),
  }
}

export interface Envelope {
  id: string
  type: string
  created_at: string
  project_id: string
  environment: string
  data: Record<string, unknown>
}

export type WebhookWorld = Awaited<ReturnType<typeof openWebhookWorld>>

/** P1 production, unless told otherwise. */
export async function openWebhookWorld(t: TestContext, options: WorldOptions = {}) {
  const world = await openWorld(t, {
    ...options,
    env: { HEADGATE_EGRESS_ALLOW: '127.0.0.1', ...options.env },
  })
  const { app, p1, w1 } = world
  const env = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'production' })
  let bearer = { text: '', at: -Infinity }
  /** The clock of a test may move by days. */
  const token = async () => {
    if (world.clock.now() - bearer.at > 1_800_000)
      bearer = { text: await world.token(), at: world.clock.now() }
    return bearer.text
  }
  const call = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    send(world.address, method, `/v1/connect/${p1}/${path}`, {
      token: await token(),
      environment: 'production',
      ...sent,
    })
  const deliveries = async (query = ''): Promise<Delivery[]> => {
    const answer = await call('GET', `webhook/deliveries?limit=100${query}`)
    assertStatus(answer, 200)
    return jsonOf<{ data: Delivery[] }>(answer).data
  }

  return {
    ...world,
    env,
    call,
    deliveries,
    bearer: token,
    /** Returns the key that signs, when the webhook is new. */
    async setWebhook(url: string): Promise<string> {
      const answer = await call('PUT', 'webhook', { body: { url } })
      assertStatus(answer, 200)
      return jsonOf<{ data: { signing_key?: string } }>(answer).data.signing_key ?? ''
    },
    /** Something happens to an account; returns the event's id. */
    happen: (
      accountId: string = world.accounts.a1,
      wish: Partial<NewEvent> & { env?: typeof env } = {},
    ): Promise<string> =>
      app.db.write((tx) =>
        recordEvent(tx, app, wish.env ?? env, {
          type: wish.type ?? 'account.unhealthy',
          accountId,
          data: wish.data ?? { account: { id: accountId, external_id: 'u1' } },
        }),
      ),
    quiet: () => quietDeliveries(app.db.read, () => world.clock.now()),
  }
}

/** So many deliveries of one event of P1 production to its webhook, each in a lane of its own. */
export async function owe(
  world: WebhookWorld,
  many: number,
  change: Partial<DeliveryRow> = {},
): Promise<void> {
  const event = await world.happen('apn_many')
  await world.quiet()
  await world.app.db.write(async (tx) => {
    const first = await tx
      .selectFrom('deliveries')
      .selectAll()
      .where('event_id', '=', event)
      .executeTakeFirstOrThrow()
    const pending = {
      ...first,
      status: 'pending',
      attempts: 0,
      finished_at: null,
      next_attempt_at: 0,
    } as const
    const rows = Array.from({ length: many }, (_, i) => ({
      ...pending,
      id: `dlv_many${String(i).padStart(6, '0')}`,
      lane: `many ${i}`,
      ...change,
    }))
    for (let i = 0; i < rows.length; i += 200)
      await tx
        .insertInto('deliveries')
        .values(rows.slice(i, i + 200))
        .execute()
  })
}

/** Waits until nothing is due or on its way, by the clock of the test. */
export const quietDeliveries = (db: Reader, now: () => number): Promise<void> =>
  within(20_000, async () => {
    const projects = await projectsWithDue(db, now())
    const due = await Promise.all(projects.map((projectId) => dueDeliveries(db, projectId, now(), 1)))
    const taken = db.selectFrom('deliveries').select('id').where('lease_until', '>', now()).limit(1)
    return due.flat().length === 0 && (await taken.execute()).length === 0
  })

/** The two signatures, checked as a receiver would: by what the headers say and nothing of ours. */
export function signaturesOf(
  { headers, body }: Pick<SeenRequest, 'headers' | 'body'>,
  key: string,
): { vendor: boolean; standard: boolean } {
  const parts = String(headers['x-pd-signature'] ?? '').split(',')
  const time = parts[0]?.slice('t='.length) ?? ''
  const vendor = createHmac('sha256', key).update(`${time}.${body}`).digest('hex')
  const bytes = Buffer.from(key.slice('whsec_'.length), 'base64')
  const standard = createHmac('sha256', bytes)
    .update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`)
    .digest('base64')
  return {
    vendor: parts.slice(1).includes(`v1=${vendor}`),
    standard: String(headers['webhook-signature'] ?? '')
      .split(' ')
      .includes(`v1,${standard}`),
  }
}
