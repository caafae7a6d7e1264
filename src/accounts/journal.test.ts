/** The journal on disk. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type JournalEntry, openJournal } from './journal.ts'

async function openFolder(t: TestContext) {
  const folder = join(await mkdtemp(join(tmpdir(), 'headgate-journal-')), 'journal')
  t.after(() => rm(join(folder, '..'), { recursive: true, force: true }))
  return { folder, journal: await openJournal(folder) }
}

const entry = (accountId: string, generation = 1): JournalEntry => ({
  accountId,
  generation,
  sealed: 'd1.nonce.body',
  refreshable: true,
  authorizedScopes: ['read', 'ü'],
  refreshExpiresAt: null,
  expiresAt: 1_795_000_000_000,
  refreshedAt: 1_794_999_999_000,
})
const byId = (a: JournalEntry, b: JournalEntry) => (a.accountId < b.accountId ? -1 : 1)

test('what was appended is pending until it is removed, also for the next process', async (t) => {
  const { folder, journal } = await openFolder(t)
  const entries = ['apn_1', 'apn_2', 'apn_3'].map((id) => entry(id))
  await Promise.all(entries.map((one) => journal.append(one)))
  const next = await openJournal(folder)
  assert.deepEqual((await next.pending()).toSorted(byId), entries)
  await next.remove({ accountId: 'apn_2', generation: 1 })
  await next.remove({ accountId: 'apn_2', generation: 1 })
  assert.deepEqual((await journal.pending()).toSorted(byId), [entries[0], entries[2]])
})

test('two generations of an account are two entries; the same again is one', async (t) => {
  const { journal } = await openFolder(t)
  await journal.append(entry('apn_1', 1))
  await journal.append(entry('apn_1', 2))
  await journal.append({ ...entry('apn_1', 2), sealed: 'd1.other.body' })
  const pending = await journal.pending()
  assert.deepEqual(
    pending
      .toSorted((a, b) => a.generation - b.generation)
      .map(({ generation, sealed }) => [generation, sealed]),
    [
      [1, 'd1.nonce.body'],
      [2, 'd1.other.body'],
    ],
  )
})

test('folder and files are their owner’s alone', async (t) => {
  const { folder, journal } = await openFolder(t)
  await journal.append(entry('apn_1'))
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
  for (const name of await readdir(folder)) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600)
})

test('half an entry is not read and never deleted; the others are', async (t) => {
  const { folder, journal } = await openFolder(t)
  await journal.append(entry('apn_1'))
  // A crash before the entry got its name, and a disk that lost the end of another.
  await writeFile(join(folder, 'apn_2.1.json.part'), '{"accountId":"apn_2"')
  await writeFile(join(folder, 'apn_3.1.json'), '{"accountId":"apn_3"')
  await writeFile(join(folder, 'note.txt'), 'x')
  assert.deepEqual(await journal.pending(), [entry('apn_1')])
  assert.equal((await readdir(folder)).length, 4)
})

test('an entry that cannot be written is an error, and leaves nothing pending', async (t) => {
  const { folder, journal } = await openFolder(t)
  await rm(folder, { recursive: true })
  await assert.rejects(journal.append(entry('apn_1')), { code: 'ENOENT' })
})
