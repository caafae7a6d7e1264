/** Owns the receipt as the wire shows it: an allow-list, without anything sealed. */
import { isoTime } from '../platform/clock.ts'
import type { RevocationShape } from './contract.ts'
import type { RevocationRow } from './store.ts'

export const renderRevocation = (row: RevocationRow): RevocationShape => ({
  id: row.id,
  batch_id: row.batch_id,
  account_id: row.account_id,
  external_id: row.external_id,
  app: row.app_slug,
  status: row.status,
  reason: row.reason,
  attempts: row.attempts,
  created_at: isoTime(row.created_at),
  finished_at: row.finished_at === null ? null : isoTime(row.finished_at),
})
