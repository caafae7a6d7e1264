/** The key file: whose it is, and that it is never overwritten. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createKeyFile, readKeyFile } from './key-file.ts'
import { BadKeyRing, parseKeyRing } from './key-ring.ts'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-keys-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a new key file is readable by its owner alone, and so is its folder', (t) => {
  const path = join(folderFor(t), 'made', 'keys')
  const text = createKeyFile(path)
  assert.equal(readFileSync(path, 'utf8'), text)
  assert.equal(readKeyFile(path), text)
  assert.equal(parseKeyRing(text).length, 1)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
})

test('an existing key file is never overwritten', (t) => {
  const path = join(folderFor(t), 'keys')
  writeFileSync(path, 'whatever', { mode: 0o600 })
  assert.throws(() => createKeyFile(path), { code: 'EEXIST' })
  assert.equal(readFileSync(path, 'utf8'), 'whatever')
})

test('no file is no key, and is no reason to make one', (t) => {
  const path = join(folderFor(t), 'keys')
  assert.equal(readKeyFile(path), undefined)
  assert.throws(() => statSync(path), { code: 'ENOENT' })
})

test('a file that others may read is refused, and not shown', (t) => {
  const path = join(folderFor(t), 'keys')
  const text = createKeyFile(path)
  for (const mode of [0o640, 0o604, 0o620, 0o666]) {
    chmodSync(path, mode)
    assert.throws(
      () => readKeyFile(path),
      (error: Error) =>
        error instanceof BadKeyRing &&
        error.message.includes('chmod 600') &&
        !error.message.includes(text.trim().split(':')[1]!),
    )
  }
})

test('a path that leads through a file is a key ring that cannot be used', (t) => {
  const folder = folderFor(t)
  writeFileSync(join(folder, 'file'), '', { mode: 0o600 })
  assert.throws(() => readKeyFile(join(folder, 'file', 'keys')), BadKeyRing)
})
