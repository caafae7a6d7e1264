/** The PostgreSQL of the tests: it is a real one, and it leaves nothing behind. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { findPostgresBinaries, OLDEST_POSTGRES } from './postgres-binaries.ts'
import { openPostgresServer } from './postgres-server.ts'

const CLEAN_UP_DEADLINE_MS = 20_000

// In a process of its own, because only that can be killed.
const HOLDER = `
  const { openPostgresServer } = await import(${JSON.stringify(join(import.meta.dirname, 'postgres-server.ts'))})
  const { url, stop } = await openPostgresServer()
  console.log(url)
  process.stdin.once('data', stop).once('data', () => process.stdin.destroy())
`

async function startHolder(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'holder-'))
  await chmod(folder, 0o1777)
  const { TEST_DATABASE_URL: _shared, ...env } = process.env
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', HOLDER], {
    env: { ...env, TMPDIR: folder, HEADGATE_TEST_POSTGRES: 'embedded' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(async () => {
    holder.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  const [line] = (await once(holder.stdout, 'data')) as [Buffer]
  return { holder, url: line.toString().trim(), folder }
}

async function majorVersionAt(url: string): Promise<number> {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>(
      `select current_setting('server_version_num') as version`,
    )
    return Math.trunc(Number(rows[0]?.version) / 10_000)
  } finally {
    await client.end()
  }
}

async function untilEmpty(folder: string): Promise<void> {
  const deadline = Date.now() + CLEAN_UP_DEADLINE_MS
  while ((await readdir(folder)).length > 0) {
    assert.ok(Date.now() < deadline, `${folder} still holds ${String(await readdir(folder))}`)
    await delay(50)
  }
}

test('the embedded server answers those who know its password, and stops without a trace', async (t) => {
  const { holder, url, folder } = await startHolder(t)
  assert.equal(await majorVersionAt(url), 17)
  const stranger = new URL(url)
  stranger.password = 'guess'
  await assert.rejects(majorVersionAt(stranger.href), { code: '28P01' })

  const shared = await openPostgresServer({ TEST_DATABASE_URL: url })
  assert.equal(shared.url, url)
  await shared.stop()
  assert.equal(await majorVersionAt(url), 17, 'whoever was handed the server does not stop it')

  holder.stdin.write('stop\n')
  await once(holder, 'exit')
  assert.deepEqual(await readdir(folder), [])
  await assert.rejects(majorVersionAt(url), { code: 'ECONNREFUSED' })
})

test('a server does not outlive the kill of the process that started it, nor does its folder', async (t) => {
  const { holder, url, folder } = await startHolder(t)
  assert.equal((await readdir(folder)).length, 1)

  holder.kill('SIGKILL')
  await untilEmpty(folder)
  await assert.rejects(majorVersionAt(url), { code: 'ECONNREFUSED' })
})

test('a TEST_DATABASE_URL at which nobody answers is an error, not a reason to start another server', async () => {
  const nobody = 'postgres://headgate@127.0.0.1:1/postgres'
  await assert.rejects(
    openPostgresServer({ TEST_DATABASE_URL: nobody }),
    /TEST_DATABASE_URL cannot be used: .*ECONNREFUSED/,
  )
})

test('the PostgreSQL of the system is preferred to the embedded one', () => {
  const embedded = findPostgresBinaries({ HEADGATE_TEST_POSTGRES: 'embedded' })
  assert.equal(embedded.origin, 'embedded')
  // A machine whose system has no PostgreSQL is stood in for by a PATH that has one.
  const found = findPostgresBinaries({ PATH: embedded.folder })
  assert.equal(found.origin, 'system')
})

test('no PostgreSQL at all is an error that says what to install', () => {
  assert.throws(
    () => findPostgresBinaries({ PATH: '/nonexistent', HEADGATE_TEST_POSTGRES: 'neither' }),
    new RegExp(`Install PostgreSQL ${OLDEST_POSTGRES} or newer`),
  )
})
