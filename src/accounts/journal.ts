/**
 * Owns the journal: refreshed credentials on this machine's disk from the moment they arrive until the database has them. A provider that
 * rotates has spent the old token by then, so the answer must survive a database that is down (security.md D.1, steps 3 to 6).
 */
import { renameSync, writeFileSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything in it is sealed or harmless. */
export interface JournalEntry {
  accountId: string
  /** The generation that the new credentials replace. */
  generation: number
  sealed: string
  refreshable: boolean
  authorizedScopes: string[] | null
  expiresAt: number | null
  /** When the refresh token itself ends. */
  refreshExpiresAt: number | null
  refreshedAt: number
}

export type EntryName = Pick<JournalEntry, 'accountId' | 'generation'>

export interface Journal {
  /** Resolved means synced to disk. */
  append(entry: JournalEntry): Promise<void>
  remove(entry: EntryName): Promise<void>
  /** Undefined when there is none, or one that is damaged. */
  find(entry: EntryName): Promise<JournalEntry | undefined>
  /** What an earlier process could not bring into the database. */
  pending(): Promise<JournalEntry[]>
}

/** For a server that forgets everything at its end. */
export const noJournal: Journal = {
  append: async () => {},
  remove: async () => {},
  find: async () => undefined,
  pending: async () => [],
}

const nameOf = (entry: EntryName) => `${entry.accountId}.${entry.generation}.json`

/** One file per entry in `folder`, which is made when missing. */
export async function openJournal(folder: string): Promise<Journal> {
  await mkdir(folder, { recursive: true, mode: 0o700 })

  async function sync(path: string): Promise<void> {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async function read(name: string): Promise<JournalEntry | undefined> {
    try {
      return JSON.parse(await readFile(join(folder, name), 'utf8')) as JournalEntry
    } catch {
      // Brought in by another process meanwhile, or damaged. What may be the only copy of somebody's tokens is never deleted unread.
      return undefined
    }
  }

  return {
    async append(entry) {
      const path = join(folder, nameOf(entry))
      // In one go, and synced only then: from here on nothing but a loss of power can take it, however slow the disk is. Under its own
      // name it is whole: another process that starts here meanwhile never reads half of it.
      writeFileSync(`${path}.part`, JSON.stringify(entry), { mode: 0o600 })
      renameSync(`${path}.part`, path)
      await sync(path)
      await sync(folder)
    },
    async remove(entry) {
      await rm(join(folder, nameOf(entry)), { force: true })
    },
    find: (entry) => read(nameOf(entry)),
    async pending() {
      const names = (await readdir(folder)).filter((file) => file.endsWith('.json'))
      const entries: JournalEntry[] = []
      for (const name of names) {
        const entry = await read(name)
        if (entry) entries.push(entry)
      }
      return entries
    },
  }
}
