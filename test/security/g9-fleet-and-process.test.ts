/** G9: several processes while a key is changed, and what one process shows to its machine. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createTestServer } from '../../src/create-test-server.ts'
import { newKeyRingText } from '../../src/platform/crypto/key-ring.ts'
import { freePort } from '../../src/platform/free-port.ts'
import { testDatabases } from '../databases.ts'
import { assertStatus, jsonOf, send } from './answers.ts'
import { within } from './harness.ts'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-vault-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('G9-177 mixed fleet: in two steps nobody notices; in one, 503 until it is restarted, and nothing is lost', async (t) => {
  const database = await testDatabases[1]!.open()
  t.after(() => database.close())
  const [old, next, third] = [newKeyRingText(), newKeyRingText(), newKeyRingText()].map((text) => text.trim())
  let port: string | undefined
  let preset: Record<string, string> = {}
  const start = async (...keys: (string | undefined)[]) => {
    const server = await createTestServer({
      env: {
        DATABASE_URL: database.url,
        HEADGATE_DATA_DIR: folderFor(t),
        HEADGATE_KEYS: keys.join(),
        ...(port === undefined ? {} : { HEADGATE_PUBLIC_URL: port }),
        ...preset,
      },
    })
    port ??= server.url
    preset = {
      HEADGATE_BOOTSTRAP_PROJECT_ID: server.projectId,
      HEADGATE_BOOTSTRAP_CLIENT_ID: server.clientId,
      HEADGATE_BOOTSTRAP_CLIENT_SECRET: server.clientSecret,
    }
    t.after(server.close)
    return server
  }
  type Server = Awaited<ReturnType<typeof start>>
  const call = async (server: Server, method: string, path: string, body?: unknown) => {
    const issued = await send(server.address, 'POST', '/v1/oauth/token', {
      body: {
        grant_type: 'client_credentials',
        client_id: server.clientId,
        client_secret: server.clientSecret,
      },
    })
    return send(server.address, method, `/v1/connect/${server.projectId}${path}`, {
      token: String(jsonOf(issued)['access_token']),
      environment: 'development',
      ...(body === undefined ? {} : { body }),
    })
  }
  const connectAt = async (server: Server, user: string) => {
    const token = jsonOf(await call(server, 'POST', '/tokens', { external_user_id: user }))['token']
    const made = await call(server, 'POST', '/accounts', {
      app_slug: 'acme_keys',
      cfmap_json: JSON.stringify({ api_key: `acme_${user}` }),
      connect_token: token,
    })
    assertStatus(made, 200)
    return String(jsonOf(made)['id'])
  }
  const readAt = async (server: Server, id: string) =>
    call(server, 'GET', `/accounts/${id}?include_credentials=true`)

  // Step one: every process learns the new key and still seals with the old one. Step two: it comes first.
  const before = await start(old)
  const id1 = await connectAt(before, 'u1')
  const prepared = await start(old, next)
  const switched = await start(next, old)
  const id2 = await connectAt(switched, 'u2')
  for (const server of [prepared, switched])
    for (const [id, key] of [
      [id1, 'acme_u1'],
      [id2, 'acme_u2'],
    ] as const) {
      const answer = await readAt(server, id)
      assertStatus(answer, 200)
      assert.ok(answer.text.includes(key))
    }

  // All at once: a process that was not told has to say "later", and not "never".
  const hasty = await start(third, next, old)
  const id3 = await connectAt(hasty, 'u3')
  const { sealed, data_key } = await hasty.app.db.read
    .selectFrom('credentials')
    .select(['sealed', 'data_key'])
    .where('account_id', '=', id3)
    .executeTakeFirstOrThrow()
  const refused = await readAt(switched, id3)
  assertStatus(refused, 503)
  assert.equal(jsonOf(refused)['code'], 'vault_key_missing')
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  assert.ok(!refused.text.includes('acme_u3'))
  assertStatus(await readAt(switched, id2), 200)
  assertStatus(await readAt(hasty, id3), 200)
  assertStatus(await readAt(await start(next, third, old), id3), 200)
  assert.deepEqual(
    await hasty.app.db.read
      .selectFrom('credentials')
      .select(['sealed', 'data_key'])
      .where('account_id', '=', id3)
      .executeTakeFirstOrThrow(),
    { sealed, data_key },
  )
})

test('G9-184 a process in production: its key is nobody else’s to read, no inspector, no debug path', async (t) => {
  const folder = folderFor(t)
  const port = await freePort()
  const keysFile = join(folder, 'keys')
  const child = spawn(process.execPath, ['bin/headgate.js', 'serve'], {
    cwd: join(import.meta.dirname, '../..'),
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: String(port),
      HEADGATE_DATA_DIR: join(folder, 'data'),
      HEADGATE_KEYS_PATH: keysFile,
    },
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const address = `http://127.0.0.1:${port}`
  await within(30_000, () =>
    fetch(`${address}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  const key = readFileSync(keysFile, 'utf8').trim().split(':')[1]!
  assert.equal(statSync(keysFile).mode & 0o777, 0o600)
  assert.equal(statSync(`/proc/${child.pid}/environ`).mode & 0o077, 0)
  for (const name of ['environ', 'cmdline'])
    assert.ok(!readFileSync(`/proc/${child.pid}/${name}`, 'latin1').includes(key), name)
  assert.ok(!said.includes(key))
  assert.doesNotMatch(said, /Debugger listening/)
  // Listening sockets of the process: its own port and no other.
  const inodes = readdirSync(`/proc/${child.pid}/fd`).flatMap((fd) => {
    try {
      const { ino } = statSync(`/proc/${child.pid}/fd/${fd}`)
      return [String(ino)]
    } catch {
      return [] // Closed meanwhile.
    }
  })
  const listening = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${child.pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === '0A' && inodes.includes(columns[9] ?? ''))
      .map((columns) => Number.parseInt(columns[1]!.split(':').at(-1)!, 16)),
  )
  assert.deepEqual(listening, [port])
  const paths = [
    '/debug',
    '/debug/vars',
    '/json',
    '/json/version',
    '/_debug',
    '/.env',
    '/sandbox/stats',
    '/server-status',
  ]
  for (const path of paths) assert.equal((await fetch(address + path)).status, 404, path)
})
