/** The command line as an operator uses it, beside a running server. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { startServer } from '../src/bootstrap/start-server.ts'
import { clients } from '../src/cli/clients.ts'
import { listen } from '../src/cli/listen.ts'
import { revoke } from '../src/cli/revoke.ts'
import { signingKeys } from '../src/cli/signing-keys.ts'
import { loadConfig } from '../src/config.ts'
import { freePort } from '../src/platform/free-port.ts'
import { REACH_MS, within } from './security/harness.ts'

const bin = join(import.meta.dirname, '../bin/headgate.js')

interface Outcome {
  code: number
  out: string
  err: string
}

function run(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { PATH: process.env['PATH'], ...env } }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err })
    })
  })
}

test('a Node that is too old is told in one line', async () => {
  const script = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' }); import(${JSON.stringify(bin)})`
  const { code, err } = await run(['--input-type=module', '--eval', script])
  assert.equal(code, 1)
  assert.match(err, /^Headgate needs Node\.js 22\.18 or newer[^\n]*\n$/)
})

test('a server has threads for many look-ups of names, unless the operator says otherwise', async (t) => {
  if (process.platform !== 'linux') return t.skip('threads are counted in /proc')
  const count = `const fs = process.getBuiltinModule('fs')
    process.once('beforeExit', () => fs.stat('/', () => console.error(fs.readdirSync('/proc/self/task').length)))`
  const preload = `data:text/javascript,${encodeURIComponent(count)}`
  const threads = async (args: string[], env: Record<string, string> = {}) =>
    Number((await run(['--import', preload, bin, ...args], env)).err)
  const own = await threads(['serve', '--help'])
  assert.ok(own > 64 && own < 100, `${own} threads`)
  assert.ok((await threads(['serve', '--help'], { UV_THREADPOOL_SIZE: '5' })) < 30)
  assert.ok((await threads(['apps', '--help'])) < 30, 'a command needs none')
})

test('help, an unknown command and bad arguments say what there is', async () => {
  assert.match((await run([bin, 'help'])).out, /serve .*\n[^]* clients /)
  assert.equal((await run([bin, 'help'])).code, 0)
  assert.equal((await run([bin, 'nonsense'])).code, 2)
  const bad = await run([bin, 'clients', 'create'])
  assert.deepEqual([bad.code, /Usage:/.test(bad.err)], [1, true])
})

test('--help is an answer, not a mistake, and needs no database', async () => {
  const { code, out, err } = await run([bin, 'revoke', '--help'], {
    DATABASE_URL: 'postgres://127.0.0.1:1/x',
  })
  assert.deepEqual([code, err], [0, ''])
  assert.ok(out.startsWith('Usage:\n  headgate revoke '), out)
})

test('a command line that lacks something says what, and does nothing', async () => {
  delete process.env['PIPEDREAM_CLIENT_SECRET']
  const target = ['--forward-to', 'http://127.0.0.1:1', '--server', 'http://127.0.0.1:1', '--client-id', 'c']
  const cases: [run: (args: string[]) => Promise<void>, args: string[], says: RegExp][] = [
    [revoke, ['--app', 'github', '--yes'], /--project is missing/],
    [revoke, ['--project', 'proj_1', '--yes'], /at least one filter, or say --all/],
    [revoke, ['--project', 'proj_1', '--all'], /say --yes to revoke, or --dry-run/],
    [revoke, ['--project', 'proj_1', '--all', '--environment', 'staging'], /--environment must be/],
    [clients, ['create'], /--name is missing/],
    [clients, ['create', '--name', 'x', 'y'], /^Usage:/],
    [clients, ['rotate'], /^Usage:/],
    [signingKeys, ['rotate', 'x'], /^Usage:/],
    [listen, ['--forward-to', 'localhost:8080'], /--forward-to must be an http\(s\) address/],
    [listen, [...target, '--environment', 'staging'], /--environment must be/],
    [listen, target, /PIPEDREAM_CLIENT_SECRET is missing/],
  ]
  for (const [command, args, says] of cases)
    await assert.rejects(command(args), (error: Error) => {
      assert.deepEqual([error.name, says.test(error.message)], ['UsageError', true], error.message)
      return true
    })
})

test('a bad setting ends the start with one clear line', async () => {
  const { code, err } = await run([bin, 'serve'], { PORT: 'ninety' })
  assert.equal(code, 1)
  assert.match(err, /^headgate: PORT must be a whole number from 1 to 65535[^\n]*\n$/)
})

test('clients made, limited, rotated and deleted here are obeyed by the running server within a second', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-cli-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const env = {
    PORT: String(port),
    HEADGATE_DATA_DIR: join(folder, 'data'),
    HEADGATE_KEYS_PATH: join(folder, 'keys', 'keys'),
  }
  const server = await startServer(loadConfig(env).config, { log: pino({ level: 'silent' }) })
  t.after(() => server.stop())
  const command = (...args: string[]) => run([bin, 'clients', ...args, '--json'], env)
  const done = async (...args: string[]) => {
    const { code, out, err } = await command(...args)
    assert.equal(code, 0, err)
    return JSON.parse(out) as Record<string, string>
  }
  const token = async (id: string, secret: string, scope?: string) => {
    const answer = await fetch(`http://localhost:${port}/v1/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials', client_id: id, client_secret: secret, scope }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, string> }
  }

  const nowhere = await command('create', '--name', 'x', '--project', 'proj_nowhere')
  assert.deepEqual([nowhere.code, nowhere.err], [1, 'headgate: there is no project proj_nowhere\n'])
  const name = 'Night\u001bly'
  const { client_id: id, client_secret: first } = await done(
    'create',
    '--name',
    name,
    '--scope',
    'connect:accounts:read',
  )
  assert.ok(id && first)
  const issued = await token(id, first)
  assert.equal(issued.body['scope'], 'connect:accounts:read')
  assert.equal((await token(id, first, '*')).body['error'], 'invalid_scope')

  const plain = await run([bin, 'clients', 'list'], env)
  // oxlint-disable-next-line no-control-regex -- a terminal must not obey a name
  assert.doesNotMatch(plain.out, /\u001b/)
  assert.ok(!plain.out.includes(first) && plain.out.includes(id))

  const { client_secret: second = '' } = await done('rotate', id, '--grace', '600')
  await within(REACH_MS, async () => (await token(id, second)).status === 200)
  assert.equal((await token(id, first)).status, 200, 'the old secret lives on during its grace')
  const { client_secret: third = '' } = await done('rotate', id)
  await within(REACH_MS, async () => (await token(id, second)).status === 401)
  assert.equal((await token(id, first)).status, 401, 'at most one old secret is alive')
  assert.equal((await token(id, third)).status, 200)

  const read = () =>
    fetch(`http://localhost:${port}/v1/connect/apps?limit=1`, {
      headers: { authorization: `Bearer ${issued.body['access_token']}` },
    })
  assert.equal((await read()).status, 200, 'tokens outlive a rotation')
  assert.equal((await command('delete', id)).code, 0)
  await within(REACH_MS, async () => (await read()).status === 401)
  const gone = await command('delete', id)
  assert.deepEqual([gone.code, gone.err], [1, 'headgate: Not found\n'])
})
