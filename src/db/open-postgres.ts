/** Owns the PostgreSQL pool: limits, number parsing, named statements, and the retry that a deadlock asks for. */
import { Kysely, PostgresDialect } from 'kysely'
import { Pool, types, type PoolClient } from 'pg'
import { BadRequest } from '../platform/errors.ts'
import { Announcements } from './announce.ts'
import type { Db } from './open.ts'
import type { Tables } from './tables.ts'

const STATEMENT_TIMEOUT_MS = 5_000
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000
const WRITE_TRIES = 3
const INT8 = 20

export function openPostgres(url: string, poolSize: number): Db {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    // bigint arrives as text by default; ours are milliseconds and counts, which a number holds exactly.
    types: {
      getTypeParser: (oid: number, format?: 'text') =>
        oid === INT8 ? Number : types.getTypeParser(oid, format),
    } as never,
  })
  // A connection that breaks while idle must not end the process; the next query reports the outage.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    // Nor one that breaks in use, between two statements: the pool listens to idle ones only.
    client.on('error', () => {})
    nameStatements(client)
  })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const announcements = new Announcements()

  return {
    dialect: 'postgres',
    read: db,
    schema: db,
    async write(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const done = await db.transaction().execute((tx) => announcements.during(tx, work))
          done.tell()
          return done.result
        } catch (error) {
          if (attempt === WRITE_TRIES || !isConflict(error)) throw error
        }
      }
    },
    listen: (topic, hear) => announcements.listen(topic, hear),
    close: () => db.destroy(),
  }
}

/** Serialization failure or deadlock: nothing happened, and trying again is the documented remedy. */
const isConflict = (error: unknown) => ['40001', '40P01'].includes((error as { code?: string }).code ?? '')

const names = new Map<string, string>()
const MAX_NAMES = 1_000

/**
 * Gives every statement text a name, so that the server parses and plans it once per connection. U+0000, which PostgreSQL cannot hold in a
 * text, is refused here as what it is: a mistake in what was asked, not an outage or a fault of ours.
 */
function nameStatements(client: PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  client.query = ((text: unknown, values?: unknown, ...rest: unknown[]) => {
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0)
      return query(text, values, ...rest)
    if (values.some((value) => typeof value === 'string' && value.includes('\0')))
      return Promise.reject(
        new BadRequest('A text holds the character U+0000', { code: 'invalid_parameter' }),
      )
    let name = names.get(text)
    if (!name && names.size < MAX_NAMES) {
      name = `s${names.size}`
      names.set(text, name)
    }
    return name ? query({ name, text, values }, ...rest) : query(text, values, ...rest)
  }) as typeof client.query
}
