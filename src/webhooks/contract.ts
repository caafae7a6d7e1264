/** Owns the wire shapes of webhooks (contract rows 40 to 43) and of their deliveries, which are our addition. */
import { type Static, Type } from 'typebox'
import { PageInfo, pageQuery } from '../db/page-query.ts'

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const EpochSeconds = Type.Integer({ description: 'Seconds since the epoch' })
const Time = Type.String({ format: 'date-time' })

export const SetWebhookBody = Type.Object({ url: Type.String({ minLength: 1, maxLength: 2048 }) })

const webhook = {
  id: Type.String(),
  url: Type.String(),
  signing_key_set: Type.Boolean(),
  created_at: EpochSeconds,
  updated_at: EpochSeconds,
  // Ours.
  failing_since: Nullable(EpochSeconds),
  disabled_at: Nullable(EpochSeconds),
}
const SigningKey = Type.String({ description: '`whsec_…`, shown here and never again' })

const Webhook = Type.Object(webhook)
export type WebhookShape = Static<typeof Webhook>
export const RetrieveWebhookAnswer = Type.Object({ data: Nullable(Webhook) })
/** The key is there only when the call made the webhook. */
export const SetWebhookAnswer = Type.Object({
  data: Type.Object({ ...webhook, signing_key: Type.Optional(SigningKey) }),
})
export type SetWebhookAnswer = Static<typeof SetWebhookAnswer>
export const SigningKeyAnswer = Type.Object({ data: Type.Object({ ...webhook, signing_key: SigningKey }) })
export type SigningKeyAnswer = Static<typeof SigningKeyAnswer>

const Status = Type.Enum(['pending', 'delivered', 'parked', 'cancelled'], {
  description: '`parked`: given up after a day, or answered with 410; it waits for a replay',
})

export const Delivery = Type.Object({
  id: Type.String(),
  event_id: Type.String(),
  event_type: Type.String(),
  account_id: Nullable(Type.String()),
  webhook_id: Nullable(Type.String({ description: "Null: to a Connect token's webhook_uri" })),
  url: Type.String(),
  status: Status,
  attempts: Type.Integer(),
  last_status: Nullable(Type.Integer({ description: 'HTTP status of the last answer' })),
  last_error: Nullable(Type.String()),
  next_attempt_at: Nullable(Time),
  finished_at: Nullable(Time),
  created_at: Time,
})
export type Delivery = Static<typeof Delivery>

export const ListDeliveriesQuery = Type.Object({ status: Type.Optional(Status), ...pageQuery })
export type ListDeliveriesQuery = Static<typeof ListDeliveriesQuery>
export const ListDeliveriesAnswer = Type.Object({ data: Type.Array(Delivery), page_info: PageInfo })
export type ListDeliveriesAnswer = Static<typeof ListDeliveriesAnswer>

export const DeliveryParams = Type.Object({ project_id: Type.String(), id: Type.String({ maxLength: 100 }) })
export const DeliveryAnswer = Type.Object({ data: Delivery })
