/** Owns a webhook as the wire shows it (contract 2.A): times in seconds, never its key. */
import type { WebhookShape } from './contract.ts'
import type { WebhookRow } from './store.ts'

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000)
const secondsOrNull = (milliseconds: number | null) => (milliseconds === null ? null : seconds(milliseconds))

export const renderWebhook = (row: WebhookRow): WebhookShape => ({
  id: row.id,
  url: row.url,
  signing_key_set: true,
  created_at: seconds(row.created_at),
  updated_at: seconds(row.updated_at),
  failing_since: secondsOrNull(row.failing_since),
  disabled_at: secondsOrNull(row.disabled_at),
})
