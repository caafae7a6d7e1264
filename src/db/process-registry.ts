/**
 * Owns telling a dead process from a frozen one. A reservation names the process that holds it; whether that process lives decides
 * whether another may take over at once or has to wait (security.md D.1).
 */
import { hostname } from 'node:os'
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

/** A SQLite file is used by the processes of one machine, so the operating system knows who lives. */
function registerLocally(unique: string): ProcessRegistry {
  const bootId = `${hostname()}/${process.pid}/${unique}`
  return {
    bootId,
    async isAlive(other) {
      if (other === bootId) return true
      const [host, pid] = other.split('/')
      if (host !== hostname() || Number(pid) === process.pid) return false
      try {
        process.kill(Number(pid), 0)
        return true
      } catch {
        return false // No such process.
      }
    },
    close: async () => {},
  }
}

const RECONNECT_MS = 250

/**
 * One connection of its own holds one advisory lock for as long as the process lives. The server frees it milliseconds after the process
 * has died, but keeps it for one that is merely stopped.
 */
async function registerByLock(db: Db, url: string, unique: string): Promise<ProcessRegistry> {
  const bootId = unique
  let closed = false
  let client: Client | undefined

  async function hold(): Promise<void> {
    const next = new Client({ connectionString: url, keepAlive: true })
    next.on('error', () => {})
    next.on('end', () => {
      if (!closed) setTimeout(() => void hold().catch(() => retry()), RECONNECT_MS).unref()
    })
    await next.connect()
    await next.query('select pg_advisory_lock(hashtextextended($1, 0))', [bootId])
    client = next
  }
  function retry(): void {
    if (!closed) setTimeout(() => void hold().catch(() => retry()), RECONNECT_MS).unref()
  }
  await hold()

  return {
    bootId,
    async isAlive(other) {
      if (other === bootId) return true
      // Within its own transaction, so the lock is given back at once.
      const free = await db.write(async (tx) => {
        const found = await sql<{
          free: boolean
        }>`select pg_try_advisory_xact_lock(hashtextextended(${other}, 0)) as free`.execute(tx)
        return found.rows[0]?.free ?? false
      })
      return !free
    },
    async close() {
      closed = true
      await client?.end()
    },
  }
}
