/** Owns an event as developers see it: the body of a webhook, the data of a stream. */
import type { Tables } from '../db/tables.ts'
import { isoTime } from '../platform/clock.ts'

export type EventRow = Tables['events']

/** JSON text. Always the same bytes for the same event. */
export const eventEnvelope = (row: EventRow): string =>
  `{"id":${JSON.stringify(row.id)},"type":${JSON.stringify(row.type)},"created_at":"${isoTime(row.created_at)}"` +
  `,"project_id":${JSON.stringify(row.project_id)},"environment":"${row.environment}","data":${row.data}}`
