/** The commit-msg hook, run as git runs it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

const HOOK = join(import.meta.dirname, '../.githooks/commit-msg')

async function commit(t: TestContext, message: string) {
  const folder = await mkdtemp(join(tmpdir(), 'commit-message-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'COMMIT_EDITMSG')
  await writeFile(file, message)
  return spawnSync(HOOK, [file], { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' })
}

const accepted = [
  'feat(accounts): refresh an account once\n\nBecause two refreshes revoke each other.\n',
  'fix!: refuse an unknown environment\n# Please enter the commit message for your changes.\n',
  '# Written below the template.\nchore: update the lock file\n',
  'Merge branch "main" into refresh\n',
  'fixup! feat(accounts): refresh an account once\n',
]
for (const message of accepted) {
  test(`the hook accepts ${JSON.stringify(message)}`, async (t) => {
    const { status, stderr } = await commit(t, message)
    assert.equal(stderr, '')
    assert.equal(status, 0)
  })
}

const refused = [
  'Refresh an account once\n',
  'feature: refresh an account once\n',
  'feat:refresh\n',
  'feat: \n',
  'feat(): refresh\n',
  'fix: refresh\nwithout an empty line\n',
  '# only a comment\n',
]
for (const message of refused) {
  test(`the hook refuses ${JSON.stringify(message)}`, async (t) => {
    const { status, stderr } = await commit(t, message)
    assert.match(stderr, /^Not a conventional commit: .*\nWrite "type\(scope\)/)
    assert.equal(status, 1)
  })
}
