/**
 * Owns telling a dead process from a frozen one. A reservation names the process that holds it; whether that process lives decides
 * whether another may take over at once or has to wait (security.md D.1).
 */
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { Db } from './open.ts'
import { sql } from 'kysely'

export interface ProcessRegistry {
  /** Names this process for as long as it runs. */
  readonly bootId: string
  isAlive(bootId: string): Promise<boolean>
  close(): Promise<void>
}

/** `unique` is random text; the caller's, because randomness belongs to platform/crypto. */
export const registerProcess = (db: Db, url: string, unique: string): Promise<ProcessRegistry> =>
  db.dialect === 'sqlite' ? Promise.resolve(registerLocally(unique)) : registerByLock(db, url, unique)

/** Several servers in one process are several holders: somebody's tests do that. */
const startedHere = new Set<string>()

/** A SQLite file is used by the processes of one machine, so the operating system knows who lives. */
function registerLocally(unique: string): ProcessRegistry {
  const bootId = `${hostname()}/${process.pid}/${unique}`
  startedHere.add(bootId)
  return {
    bootId,
    async isAlive(other) {
      if (other === bootId) return true
      const [host, pid] = other.split('/')
      if (host !== hostname()) return false
      // In a container every start has the same number: of its own, a process knows the names.
      if (Number(pid) === process.pid) return startedHere.has(other)
      try {
        process.kill(Number(pid), 0)
        return true
      } catch (error) {
        // EPERM: it runs, as another user. Anything else: no such process.
        return (error as NodeJS.ErrnoException).code === 'EPERM'
      }
    },
    async close() {
      startedHere.delete(bootId)
    },
  }
}

const RECONNECT_MS = 250
const CONNECT_TIMEOUT_MS = 5_000
const KEEP_ALIVE_MS = 10_000

/**
 * One connection of its own holds one advisory lock for as long as the process lives. The server frees it milliseconds after the process
 * has died, but keeps it for one that is merely stopped.
 */
async function registerByLock(db: Db, url: string, unique: string): Promise<ProcessRegistry> {
  const bootId = unique
  let closed = false
  let client: Client | undefined
  let reconnect: NodeJS.Timeout | undefined

  async function hold(): Promise<void> {
    const next = new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      // Nothing is said on it for days: whatever stands between would forget it, and its end would be noticed too late.
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    })
    client = next
    next.on('error', () => {}) // The end that follows it is what counts.
    try {
      await next.connect()
      await next.query('select pg_advisory_lock(hashtextextended($1, 0))', [bootId])
    } catch (error) {
      await next.end()
      throw error
    }
    next.once('end', holdAgain)
    if (closed) await next.end()
  }
  function holdAgain(): void {
    if (closed) return
    reconnect = setTimeout(() => void hold().catch(holdAgain), RECONNECT_MS)
    reconnect.unref()
  }
  await hold()

  /** Within its own transaction, so the lock is given back at once. */
  const isFree = (id: string): Promise<boolean> =>
    db.write(async (tx) => {
      const found = await sql<{
        free: boolean
      }>`select pg_try_advisory_xact_lock(hashtextextended(${id}, 0)) as free`.execute(tx)
      return found.rows[0]?.free ?? false
    })

  return {
    bootId,
    async isAlive(other) {
      if (other === bootId) return true
      if (!(await isFree(other))) return true
      // A database that restarts takes every lock away for a moment. Whoever lives has it again by now.
      await delay(2 * RECONNECT_MS)
      return !(await isFree(other))
    },
    async close() {
      closed = true
      clearTimeout(reconnect)
      await client?.end()
    },
  }
}
