/** Owns the connection: the one place that knows which database it is. Everything above sees reads and writes. */
import type { Kysely, Transaction } from 'kysely'
import type { Topic } from './announce.ts'
import { openPostgres } from './open-postgres.ts'
import { openSqlite, openSqliteReadOnly } from './open-sqlite.ts'
import type { Tables } from './tables.ts'

export type Reader = Kysely<Tables>
export type Tx = Transaction<Tables>

export interface Db {
  readonly dialect: 'sqlite' | 'postgres'
  /** For queries only. On SQLite this handle is a connection that refuses to write. */
  readonly read: Reader
  /**
   * Runs `work` in a transaction; resolved means durable. Only store calls belong inside, never the network: on SQLite the writes
   * of one turn of the event loop share a commit, and an open transaction holds up every other write.
   */
  write<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
  /** Hears what transactions of this process announced (announce.ts), each after its commit. Returns how to stop listening. */
  listen(topic: Topic, hear: () => void): () => void
  /** For migrations only: a handle that may change the schema. */
  readonly schema: Kysely<Tables>
  close(): Promise<void>
}

/**
 * For a look at data that may not be ours to touch: on SQLite neither a query nor the end of it changes a byte of the database or its
 * write-ahead log. Undefined while there is no file.
 */
export async function lookInto<Result>(
  url: string,
  look: (read: Reader) => Promise<Result>,
): Promise<Result | undefined> {
  const read = url.startsWith('sqlite:')
    ? openSqliteReadOnly(url.slice('sqlite:'.length))
    : openPostgres(url, 1).read
  try {
    return read && (await look(read))
  } finally {
    await read?.destroy()
  }
}

/** `sqlite:<path>`, `sqlite::memory:` or a `postgres://` URL. */
export function openDb(url: string, options: { durable?: boolean; poolSize?: number } = {}): Db {
  return url.startsWith('sqlite:')
    ? openSqlite(url.slice('sqlite:'.length), options.durable ?? true)
    : openPostgres(url, options.poolSize ?? 10)
}
