/** Owns paging through a list in order of creation, newest first, by keyset and in both directions (contract section 4). */
import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely'
import { BadRequest } from '../platform/errors.ts'
import type { Tables } from './tables.ts'

export interface PageRequest {
  /** 1..100, default 10. */
  limit: number
  after?: string
  before?: string
}

export interface Page<Row> {
  rows: Row[]
  start_cursor: string | null
  end_cursor: string | null
}

type Listed =
  | 'accounts'
  | 'external_users'
  | 'oauth_apps'
  | 'app_overrides'
  | 'projects'
  | 'api_clients'
  | 'audit_entries'
  | 'revocations'
  | 'events'
  | 'deliveries'
interface Position {
  created_at: number
  id: string
}

const encodeCursor = (row: Position) => Buffer.from(`${row.created_at}:${row.id}`).toString('base64url')

/** @throws BadRequest when the text is not a cursor of ours */
function decodeCursor(name: string, text: string): Position {
  const decoded = Buffer.from(text, 'base64url').toString()
  const [, time, id] = /^(\d{1,15}):([A-Za-z0-9_-]{1,64})$/.exec(decoded) ?? []
  const position = { created_at: Number(time), id: id ?? '' }
  // The decoder skips foreign characters: only what we would write ourselves is a cursor.
  if (time === undefined || encodeCursor(position) !== text)
    throw new BadRequest(`${name} is not a cursor of this list`, { code: 'invalid_parameter' })
  return position
}

/**
 * Strictly after `after` and strictly before `before` in list order; both together intersect. With `before` alone the page is the one
 * that ends just before it. One row more than asked is read: it tells whether another page follows, so the last page has no `end_cursor`.
 */
export async function readPage<Table extends Listed, Row extends Position>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  request: PageRequest,
): Promise<Page<Row>> {
  const after = request.after === undefined ? undefined : decodeCursor('after', request.after)
  const before = request.before === undefined ? undefined : decodeCursor('before', request.before)
  const backwards = before !== undefined && after === undefined
  let narrowed = query as unknown as SelectQueryBuilder<Tables, 'accounts', Row>
  if (after) narrowed = narrowed.where(beyond('<', after))
  if (before) narrowed = narrowed.where(beyond('>', before))
  const direction = backwards ? 'asc' : 'desc'
  const found = await narrowed
    .orderBy('created_at', direction)
    .orderBy('id', direction)
    .limit(request.limit + 1)
    .execute()
  const more = found.length > request.limit
  const rows = found.slice(0, request.limit) as unknown as Row[]
  if (backwards) rows.reverse()
  const first = rows[0]
  const last = rows.at(-1)
  // Walking backwards there is always a page after this one: the one we came from.
  const followed = backwards ? last !== undefined : more
  return {
    rows,
    start_cursor: first ? encodeCursor(first) : null,
    end_cursor: last && followed ? encodeCursor(last) : null,
  }
}

/** A row value comparison spelt out: both databases use the index for it. */
const beyond = (operator: '<' | '>', position: Position) => (eb: ExpressionBuilder<Tables, 'accounts'>) =>
  eb.and([
    eb('created_at', operator === '<' ? '<=' : '>=', position.created_at),
    eb.or([
      eb('created_at', operator, position.created_at),
      eb.and([eb('created_at', '=', position.created_at), eb('id', operator, position.id)]),
    ]),
  ])
