/** G9: a start with keys that are wrong, missing or malformed touches nothing. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pino } from 'pino'
import { createApp } from '../../src/bootstrap/create-app.ts'
import { loadConfig } from '../../src/config.ts'
import { readInstance } from '../../src/db/instance.ts'
import { digestHex } from '../../src/platform/crypto/secrets.ts'
import { newKeyRingText } from '../../src/platform/crypto/key-ring.ts'
import { freePort } from '../../src/platform/free-port.ts'
import { openWorld } from './harness.ts'

const silent = pino({ level: 'silent' })

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-vault-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A stopped server's folder, and one as a crash leaves it: with a log that nobody has replayed. */
async function dataOf(t: TestContext, crash: boolean) {
  const folder = folderFor(t)
  const dataDir = join(folder, 'data')
  const keysFile = join(folder, 'keys')
  const start = async (env: Record<string, string> = {}, dir = dataDir) => {
    const { config } = loadConfig({
      HEADGATE_DATA_DIR: dir,
      ...(env['HEADGATE_KEYS'] === undefined ? { HEADGATE_KEYS_PATH: keysFile } : {}),
      ...env,
    })
    return createApp(config, { log: silent })
  }
  const { app, close } = await start()
  const keyIds = app.vault.keyIds.join()
  let used = dataDir
  if (crash) {
    used = join(folder, 'crashed')
    cpSync(dataDir, used, { recursive: true })
    assert.ok(statSync(join(used, 'headgate.db-wal')).size > 0)
  }
  await close()
  const digests = () =>
    readdirSync(used)
      // An index of the log, or a log with nothing in it, holds no data.
      .filter((name) => !name.endsWith('-shm') && statSync(join(used, name)).isFile())
      .filter((name) => statSync(join(used, name)).size > 0)
      .toSorted()
      .map((name) => `${name} ${digestHex(readFileSync(join(used, name)).toString('base64'))}`)
  return {
    folder,
    keysFile,
    keyIds,
    keys: readFileSync(keysFile, 'utf8').trim(),
    digests,
    start: (env?: Record<string, string>) => start(env, used),
  }
}

for (const crash of [false, true]) {
  const after = crash ? 'after a crash' : 'after a stop'
  test(`G9-173 a wrong key at start is refused and no byte changes (${after})`, async (t) => {
    const data = await dataOf(t, crash)
    const before = data.digests()
    assert.equal(before.length, crash ? 2 : 1)
    const [id, encoded] = data.keys.split(':') as [string, string]
    const altered = Buffer.from(encoded, 'base64')
    altered[7]! ^= 1
    const wrong = {
      'another key': newKeyRingText().trim(),
      'one byte changed': `${id}:${altered.toString('base64')}`,
      'another key under the same id': `${id}:${newKeyRingText().trim().split(':')[1]}`,
    }
    for (const [name, HEADGATE_KEYS] of Object.entries(wrong)) {
      await assert.rejects(
        () => data.start({ HEADGATE_KEYS }),
        (error: Error) => {
          assert.equal(error.name, 'WrongKeys', name)
          assert.ok(error.message.includes(data.keyIds), error.message)
          for (const key of [encoded, HEADGATE_KEYS.split(':')[1]!]) assert.ok(!error.message.includes(key))
          return true
        },
      )
      assert.deepEqual(data.digests(), before, name)
    }
    assert.equal(readFileSync(data.keysFile, 'utf8').trim(), data.keys)
    // With the right one it starts, and everything is there.
    const { app, close } = await data.start()
    assert.equal((await readInstance(app.db.read))?.keys.length, 1)
    await close()
  })

  test(`G9-174 no key at start is refused, none is made, no byte changes (${after})`, async (t) => {
    const data = await dataOf(t, crash)
    const before = data.digests()
    rmSync(data.keysFile)
    await assert.rejects(
      () => data.start(),
      (error: Error) =>
        error.name === 'WrongKeys' &&
        error.message.includes(data.keyIds) &&
        error.message.includes(data.keysFile),
    )
    assert.deepEqual(data.digests(), before)
    assert.equal(existsSync(data.keysFile), false)
  })
}

test('G9-173 a wrong key on PostgreSQL is refused and no row changes', async (t) => {
  const world = await openWorld(t, { database: 'postgres' })
  const before = await world.state()
  const keys = newKeyRingText().trim()
  const { config } = loadConfig({
    DATABASE_URL: world.databaseUrl,
    HEADGATE_DATA_DIR: folderFor(t),
    HEADGATE_KEYS: keys,
  })
  await assert.rejects(() => createApp(config, { log: silent }), { name: 'WrongKeys' })
  assert.deepEqual(await world.state(), before)
})

test('G9-173 the command says so in one line, ends with an error and listens nowhere', async (t) => {
  const data = await dataOf(t, false)
  const port = await freePort()
  const before = data.digests()
  const child = spawn(process.execPath, ['bin/headgate.js', 'serve'], {
    cwd: join(import.meta.dirname, '../..'),
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HEADGATE_DATA_DIR: join(data.folder, 'data'),
      HEADGATE_KEYS: newKeyRingText().trim(),
    },
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  assert.ok(code > 0)
  assert.ok(said.includes(data.keyIds), said)
  assert.doesNotMatch(said, /listens at|\n\s+at /)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`))
  assert.deepEqual(data.digests(), before)
})

test('G9-174 a first start makes its key outside the data, for its owner alone', async (t) => {
  const data = await dataOf(t, false)
  assert.equal(statSync(data.keysFile).mode & 0o777, 0o600)
  const secret = Buffer.from(data.keys.split(':')[1]!, 'base64')
  for (const name of readdirSync(join(data.folder, 'data'), { recursive: true, encoding: 'utf8' })) {
    const path = join(data.folder, 'data', name)
    if (!statSync(path).isFile()) continue
    const bytes = readFileSync(path)
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      assert.ok(!bytes.includes(secret.toString(encoding)), name)
    assert.ok(!bytes.includes(secret), name)
  }
})

const malformed = {
  '31 bytes': `k1:${Buffer.alloc(31, 7).toString('base64')}`,
  '33 bytes': `k1:${Buffer.alloc(33, 7).toString('base64')}`,
  'hexadecimal of 32 bytes': `k1:${Buffer.alloc(32, 7).toString('hex')}`,
  changeme: 'changeme-changeme',
  'a passphrase with an id': 'k1:correct horse battery staple',
}
for (const [name, keys] of Object.entries(malformed)) {
  test(`G9-175 malformed key: ${name}`, async (t) => {
    const folder = folderFor(t)
    const dataDir = join(folder, 'data')
    const { config } = loadConfig({ HEADGATE_DATA_DIR: dataDir, HEADGATE_KEYS: keys })
    await assert.rejects(
      () => createApp(config, { log: silent }),
      (error: Error) => error.name === 'BadKeyRing' && !error.message.includes(keys.split(':').at(-1)!),
    )
    // Nothing was begun that a right key would then not fit.
    assert.equal(existsSync(dataDir), false)
  })
}

test('G9-175 a key file that others may read is refused', async (t) => {
  const data = await dataOf(t, false)
  const before = data.digests()
  chmodSync(data.keysFile, 0o644)
  await assert.rejects(
    () => data.start(),
    (error: Error) => error.name === 'BadKeyRing' && error.message.includes('chmod 600'),
  )
  assert.deepEqual(data.digests(), before)
  chmodSync(data.keysFile, 0o600)
  await (await data.start()).close()
})
