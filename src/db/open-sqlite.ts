/** Owns the SQLite connections: one that writes and one that only reads, and the commit that concurrent writes share. */
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import type { Db, Tx } from './open.ts'
import type { Tables } from './tables.ts'

/** How long a statement waits for another process's write lock, in milliseconds. It blocks the process, so it is short. */
const BUSY_TIMEOUT_MS = 2_000
const STATEMENT_CACHE_SIZE = 500

interface PendingWrite {
  work: (tx: Tx) => Promise<unknown>
  resolve: (value: never) => void
  reject: (reason: unknown) => void
}

export function openSqlite(path: string, durable: boolean): Db {
  const inMemory = path === ':memory:'
  const writerConnection = connect(path, durable)
  const writer = kyselyOver(writerConnection)
  // A reader of its own never waits for a commit. A database in memory belongs to one connection, so there the two are one.
  const readerConnection = inMemory ? writerConnection : connect(path, durable)
  if (!inMemory) readerConnection.pragma('query_only = ON')
  const read = inMemory ? writer : kyselyOver(readerConnection)

  let queue: PendingWrite[] = []
  let draining: Promise<void> | undefined

  async function drain(): Promise<void> {
    // One turn of the event loop: the requests that arrived together write together (one fdatasync for all of them).
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const batch = queue
      queue = []
      await commitTogether(batch)
    }
    draining = undefined
  }

  async function commitTogether(batch: PendingWrite[]): Promise<void> {
    const settled: (() => void)[] = []
    try {
      await writer.connection().execute(async (connection) => {
        const tx = connection as unknown as Tx
        await sql`begin immediate`.execute(tx)
        try {
          for (const write of batch) settled.push(await runOne(tx, write))
          await sql`commit`.execute(tx)
        } catch (error) {
          if (writerConnection.inTransaction) await sql`rollback`.execute(tx)
          throw error
        }
      })
      for (const settle of settled) settle()
    } catch (error) {
      for (const write of batch) write.reject(error)
    }
  }

  /** Runs one write inside the shared transaction; its failure undoes only itself. */
  async function runOne(tx: Tx, write: PendingWrite): Promise<() => void> {
    await sql`savepoint one_write`.execute(tx)
    try {
      const result = await write.work(tx)
      await sql`release one_write`.execute(tx)
      return () => write.resolve(result as never)
    } catch (error) {
      // A full disk makes SQLite roll back everything by itself: then nobody's write happened.
      if (!writerConnection.inTransaction) throw error
      await sql`rollback to one_write`.execute(tx)
      await sql`release one_write`.execute(tx)
      return () => write.reject(error)
    }
  }

  return {
    dialect: 'sqlite',
    read,
    schema: writer,
    write: (work) =>
      new Promise((resolve, reject) => {
        queue.push({ work, resolve, reject })
        draining ??= drain()
      }),
    async close() {
      await draining
      await writer.destroy()
      if (!inMemory) await read.destroy()
    },
  }
}

function connect(path: string, durable: boolean): Database.Database {
  const connection = new Database(path, { timeout: BUSY_TIMEOUT_MS })
  connection.pragma('journal_mode = WAL')
  // FULL: an acknowledged write survives a power cut, not only a crash (security.md section 0, point 8).
  connection.pragma(`synchronous = ${durable ? 'FULL' : 'OFF'}`)
  connection.pragma('foreign_keys = ON')
  connection.pragma('secure_delete = ON')
  connection.pragma('temp_store = MEMORY')
  return connection
}

function kyselyOver(connection: Database.Database): Kysely<Tables> {
  const statements = new Map<string, Database.Statement>()
  const database = {
    close: () => void connection.close(),
    // Kysely prepares anew for every query; preparing costs more than running a point read.
    prepare(text: string): Database.Statement {
      const known = statements.get(text)
      if (known && !known.busy) return known
      const statement = connection.prepare(text)
      if (statements.size >= STATEMENT_CACHE_SIZE) statements.clear()
      statements.set(text, statement)
      return statement
    },
  }
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) })
}
