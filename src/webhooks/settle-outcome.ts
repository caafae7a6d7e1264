/** Owns what follows from an attempt: done, again later, parked, or the end of the webhook. */
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { changeDeliveries } from './change-deliveries.ts'
import { nextAttemptAt } from './retry-intervals.ts'
import type { Outcome } from './send-delivery.ts'
import { freeLane, setLaneWait, settleDelivery } from './sending/store.ts'
import {
  type DeliveryRow,
  disableWebhook,
  isWebhookDisabled,
  markWebhookFailing,
  markWebhookWorking,
} from './store.ts'

/** What was withdrawn while it was on its way stays as it is. */
export async function settleOutcome(
  app: Pick<App, 'db' | 'clock' | 'log'>,
  delivery: DeliveryRow,
  outcome: Outcome,
): Promise<void> {
  const now = app.clock.now()
  const status = await app.db.write((tx) => settle(tx, delivery, outcome, now))
  const { id, event_id, host, project_id, webhook_id } = delivery
  const facts = { delivery: id, event: event_id, host, project: project_id, webhook: webhook_id }
  if (outcome.kind === 'gone' && status === 'parked') {
    app.log.warn(facts, 'the receiver wants no more (410): webhook disabled')
    if (webhook_id !== null) await parkTheRest(app, webhook_id, now)
  } else if (status === 'parked') app.log.warn(facts, 'a delivery was given up and parked')
  else if (outcome.kind === 'failed') app.log.info({ ...facts, detail: outcome.error }, 'a delivery failed')
}

const parkTheRest = (app: Pick<App, 'db'>, webhookId: string, now: number): Promise<void> => {
  const over = { next_attempt_at: null, lease_until: null, finished_at: now }
  const change = { ...over, status: 'parked', last_error: 'The webhook is disabled' } as const
  return changeDeliveries(app, webhookId, 'pending', change, (tx) => isWebhookDisabled(tx, webhookId))
}

async function settle(
  tx: Tx,
  delivery: DeliveryRow,
  outcome: Outcome,
  now: number,
): Promise<DeliveryRow['status'] | undefined> {
  const { webhook_id: webhookId, lane } = delivery
  const attempts = delivery.attempts + 1
  const tried = { attempts, last_status: outcome.status }
  const over = { next_attempt_at: null, finished_at: now }
  switch (outcome.kind) {
    case 'delivered': {
      const change = { ...tried, ...over, status: 'delivered', last_error: null } as const
      if (!(await settleDelivery(tx, delivery, change))) return undefined
      if (webhookId !== null) await markWebhookWorking(tx, webhookId)
      await freeLane(tx, lane, now)
      return 'delivered'
    }
    case 'gone': {
      const change = { ...tried, last_error: 'The receiver answered with HTTP 410' }
      if (webhookId !== null && !(await disableWebhook(tx, webhookId, delivery.url, now))) {
        const isOurs = await settleDelivery(tx, delivery, { ...change, next_attempt_at: now })
        return isOurs ? 'pending' : undefined
      }
      const parked = { status: 'parked', finished_at: now } as const
      if (!(await settleDelivery(tx, delivery, { ...change, ...over, ...parked }))) return undefined
      if (webhookId === null) await freeLane(tx, lane, now)
      return 'parked'
    }
    case 'failed': {
      const { error, askedWaitMs } = outcome
      const retry = {
        attempts,
        retryUntil: delivery.retry_until,
        ...(askedWaitMs === undefined ? {} : { askedWaitMs }),
      }
      const at = nextAttemptAt(retry, now)
      const change = { ...tried, last_error: error }
      const status = at === undefined ? 'parked' : 'pending'
      const next = at === undefined ? over : { next_attempt_at: at }
      if (!(await settleDelivery(tx, delivery, { ...change, ...next, status }))) return undefined
      if (webhookId !== null) await markWebhookFailing(tx, webhookId, now)
      await (at === undefined ? freeLane(tx, lane, now) : setLaneWait(tx, lane, at))
      return status
    }
  }
}
