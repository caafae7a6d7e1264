/** Owns the SQLite connections: one that writes and one that only reads, and the commit that concurrent writes share. */
import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, SqliteQueryCompiler } from 'kysely'
import { Announcements } from './announce.ts'
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
  const prepare = keepStatements(writerConnection)
  const writer = kyselyOver(writerConnection, prepare)
  // A reader of its own never waits for a commit. A database in memory belongs to one connection, so there the two are one.
  const readerConnection = inMemory ? writerConnection : connect(path, durable)
  if (!inMemory) readerConnection.pragma('query_only = ON')
  const read = inMemory ? writer : kyselyOver(readerConnection)

  // There is one writing connection, so whatever is asked of it between `begin` and `commit` is in the transaction.
  const tx = writer as unknown as Tx
  const run = (text: string) => prepare(text).run()
  const announcements = new Announcements()

  let queue: PendingWrite[] = []
  let draining: Promise<void> | undefined

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      // One turn of the event loop: the requests that arrived together write together (one fdatasync for all of them), and a sweep that
      // writes batch after batch lets everybody else in between, because SQLite itself never waits.
      await new Promise((resolve) => setImmediate(resolve))
      const batch = queue
      queue = []
      await commitTogether(batch)
    }
    draining = undefined
  }

  async function commitTogether(batch: PendingWrite[]): Promise<void> {
    const settled: (() => void)[] = []
    try {
      run('begin immediate')
      for (const write of batch) settled.push(await runOne(write))
      run('commit')
    } catch (error) {
      for (const write of batch) write.reject(error)
      rollBack()
      return
    }
    for (const settle of settled) settle()
  }

  function rollBack(): void {
    try {
      if (writerConnection.inTransaction) run('rollback')
    } catch {
      // Still in the transaction: the next `begin` fails, and with it whoever asked; nobody is told that anything was done.
    }
  }

  /** Runs one write inside the shared transaction; its failure undoes only itself. */
  async function runOne(write: PendingWrite): Promise<() => void> {
    run('savepoint one_write')
    try {
      const { result, tell } = await announcements.during(tx, write.work)
      run('release one_write')
      return () => {
        write.resolve(result as never)
        tell()
      }
    } catch (error) {
      // A full disk makes SQLite roll back everything by itself: then nobody's write happened.
      if (!writerConnection.inTransaction) throw error
      run('rollback to one_write')
      run('release one_write')
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
    listen: (topic, hear) => announcements.listen(topic, hear),
    async close() {
      await draining
      await writer.destroy()
      if (!inMemory) await read.destroy()
    },
  }
}

/** Undefined while there is no file. Whoever opens it to write replays a log that a crash left behind, and so changes the file. */
export function openSqliteReadOnly(path: string): Kysely<Tables> | undefined {
  if (!existsSync(path)) return undefined
  return kyselyOver(new Database(path, { readonly: true, timeout: BUSY_TIMEOUT_MS }))
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

/** Preparing costs more than running a point read, and Kysely prepares anew for every query. */
function keepStatements(connection: Database.Database): (text: string) => Database.Statement {
  const statements = new Map<string, Database.Statement>()
  return (text) => {
    const known = statements.get(text)
    if (known && !known.busy) return known
    const statement = connection.prepare(text)
    if (statements.size >= STATEMENT_CACHE_SIZE) statements.clear()
    statements.set(text, statement)
    return statement
  }
}

/**
 * Parameters are written `+?`. For a comparison with a bare `?` SQLite's planner looks at the value bound to it, and therefore plans the
 * statement anew whenever that value changes (sqlite3ExprIsInteger, sqlite3VdbeSetVarmask): many times the price of a point read.
 */
class PlanOnceCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return '+?'
  }
}

class PlanOnceDialect extends SqliteDialect {
  override createQueryCompiler(): SqliteQueryCompiler {
    return new PlanOnceCompiler()
  }
}

const kyselyOver = (connection: Database.Database, prepare = keepStatements(connection)): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: new PlanOnceDialect({ database: { prepare, close: () => void connection.close() } }),
  })
