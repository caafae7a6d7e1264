/** `headgate apps` as an operator uses it: with no server, with no database, and beside a running one. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../src/platform/free-port.ts'

const bin = join(import.meta.dirname, '../bin/headgate.js')

interface Outcome {
  code: number
  out: string
  err: string
}

async function world(t: TestContext, files: Record<string, string> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'headgate-cli-apps-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const folder = join(home, 'apps')
  await mkdir(folder)
  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  for (const [name, text] of Object.entries(files)) await write(name, text)
  const env: Record<string, string> = {
    HEADGATE_DATA_DIR: join(home, 'data'),
    HEADGATE_KEYS_PATH: join(home, 'keys/keys'),
    HEADGATE_CATALOG_DIR: folder,
  }
  const apps = (args: string[], more: Record<string, string> = {}, input = ''): Promise<Outcome> =>
    new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [bin, 'apps', ...args],
        { cwd: home, env: { PATH: process.env['PATH'], ...env, ...more }, maxBuffer: 10_000_000 },
        (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
      )
      child.stdin?.end(input)
    })
  return { home, folder, write, env, apps }
}

const keysApp = (url: string) => `schema_version: 1
sandbox: true
name: Echo
auth_type: keys
custom_fields:
  - { name: api_key, type: password }
  - { name: team, required: false, default: main }
proxy:
  base_url: ${url}
  allowed_domains: ['${new URL(url).host}']
  auth: { type: header, name: x-api-key, value: '{{custom_fields.api_key}}' }
test_request: { method: GET, url: '/{{custom_fields.team}}' }
`

test('validate needs neither server nor database, names file, path and problem, and its exit code says it', async (t) => {
  const { home, folder, apps, write } = await world(t, {
    'slack_v2.yaml': 'name: Our Slack\n',
    'notes.txt': 'no app',
  })
  const good = await apps(['validate', 'apps'])
  assert.deepEqual([good.code, good.out], [0, '1 files: 0 problems\n'], good.err)

  await write('github.yaml', 'nmae: x\noauth: { token_url: "ftp://a" }\n')
  await write('gitlab.yaml', 'a: [')
  await write('Bad Name.yaml', '')
  await mkdir(join(folder, 'logos'))
  await write('logos/github.png', '<html>')
  await write('logos/slack_v2.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
  const bad = await apps(['validate', 'apps'])
  assert.equal(bad.code, 1)
  assert.match(bad.out, /^apps\/github\.yaml:\$: unknown key "nmae"$/m)
  assert.match(bad.out, /^apps\/gitlab\.yaml:not YAML: /m)
  assert.match(bad.out, /^apps\/Bad Name\.yaml:the file name must be a slug/m)
  assert.match(bad.out, /^apps\/logos\/github\.png:not shown: it is no PNG$/m)
  assert.match(bad.out, /^4 files: 4 problems$/m)
  assert.doesNotMatch(bad.out, /slack_v2/)

  const one = await apps(['validate', 'apps/slack_v2.yaml', 'apps/github.yaml', '--json'])
  const report = JSON.parse(one.out) as { files: number; problems: object[]; warnings: object[] }
  assert.deepEqual([one.code, report.files], [1, 2])
  assert.deepEqual(report.problems, [{ file: 'apps/github.yaml', message: '$: unknown key "nmae"' }])

  const missing = await apps(['validate', 'nowhere'])
  assert.deepEqual([missing.code, missing.err], [1, 'headgate: nowhere: there is no such file or folder\n'])
  assert.ok(!existsSync(join(home, 'data')), 'nothing was made')
})

test('validate --strict asks for evidence, and by --today tells what has grown old', async (t) => {
  const { apps } = await world(t, {
    'echo_one.yaml': `${keysApp('http://127.0.0.1:1')}quirks: [H3-custom-header, A99-odd]\n`,
    'github.yaml': 'name: GitHub\n',
  })
  const now = await apps(['validate', 'apps', '--strict', '--today', '2026-11-23'])
  assert.equal(now.code, 1)
  assert.match(now.out, /^apps\/echo_one\.yaml:\$\.evidence\.sources: is empty$/m)
  assert.match(now.out, /^apps\/echo_one\.yaml:\$\.evidence\.checked_on: must say the day/m)
  assert.match(now.out, /^apps\/echo_one\.yaml:\$\.quirks\[1\]: A99 is not in the list of quirks$/m)
  assert.match(now.out, /0 warnings, \d+ facts unverified$/m)
  const later = await apps(['validate', 'apps/github.yaml', '--strict', '--today', '2028-01-01'])
  assert.deepEqual([later.code, /\(warning\)$/m.test(later.out)], [0, true], later.out)
  assert.equal((await apps(['validate', '--today', 'soon'])).code, 1)
})

test('list and show say which layer has a say, before there is a database, and make none', async (t) => {
  const { home, apps } = await world(t, {
    'gmail.yaml': 'name: Our mail\nproxy: { default_headers: { x-from: us } }\n',
    'mine.yaml': keysApp('http://127.0.0.1:1'),
    'box.yaml': 'nmae: "\\e[31mred"\n',
  })
  const list = JSON.parse((await apps(['list', '--json'])).out) as {
    apps: { slug: string; name: string; layers: string[]; rank: number | null; problems: string[] }[]
  }
  const of = (slug: string) => list.apps.find((app) => app.slug === slug)!
  assert.deepEqual(
    [of('gmail').name, of('gmail').layers, of('gmail').rank],
    ['Our mail', ['built-in', 'folder'], 5],
  )
  assert.deepEqual(of('mine').layers, ['folder'])
  assert.deepEqual(of('acme').layers, ['sandbox'])
  assert.deepEqual(of('box').problems, ['$: unknown key "nmae"'])
  const plain = await apps(['list'])
  assert.match(plain.out, /^gmail +oauth +5 +built-in\+folder +Our mail$/m)
  assert.match(plain.out, /^skipped, folder: box\.yaml:\$: unknown key "nmae"$/m)

  const shown = JSON.parse((await apps(['show', 'gmail', '--json'])).out) as {
    definition: { name: string; extends?: string }
    origins: Record<string, string[]>
  }
  assert.equal(shown.definition.extends, undefined)
  assert.deepEqual(shown.origins['name'], ['folder'])
  assert.deepEqual(shown.origins['proxy'], ['built-in _google', 'built-in', 'folder'])
  assert.deepEqual(shown.origins['auth_type'], ['built-in _google'])
  assert.match((await apps(['show', 'gmail'])).out, /^# name: folder\nname: Our mail\n/m)
  assert.deepEqual((await apps(['show', 'nobody'])).err, 'headgate: there is no app nobody\n')
  assert.ok(!existsSync(join(home, 'data')), 'nothing was made')
})

test('test: the callback, an authorize address per profile, the hosts, and what nobody can try here', async (t) => {
  const { apps } = await world(t, { 'box.yaml': 'proxy: { allowed_domains: ["*.box.com"] }\n' })
  const env = { HEADGATE_PUBLIC_URL: 'https://connect.example.com' }
  const github = await apps(['test', 'github', '--client-id', '12.34'], env)
  assert.equal(github.code, 0, github.err)
  assert.match(github.out, /https:\/\/connect\.example\.com\/connect\/oauth\/ID-OF-THE-OAUTH-APP\/callback/)
  for (const profile of ['default', 'read_only', 'read_write'])
    assert.match(
      github.out,
      new RegExp(`^ {2}${profile}: https://github\\.com/login/oauth/authorize\\?.*client_id=12\\.34&`, 'm'),
    )
  assert.match(github.out, /^ {2}ok +https:\/\/github\.com {2}\$\.oauth\.token_url$/m)
  // Its path has the client id.
  assert.match(github.out, /^ {2}ok +https:\/\/api\.github\.com {2}\$\.oauth\.revocation\.url$/m)
  assert.match(github.out, /^Not tested: consent, the exchange of a code/m)

  const own = await apps(['test', 'servicenow', '--json'], env)
  const report = JSON.parse(own.out) as { callbacks: { address: string }[]; hosts: { reason?: string }[] }
  assert.match(
    report.callbacks[0]!.address,
    /^https:\/\/connect\.example\.com\/connect\/oauth\/app_\w{11}\/callback$/,
  )
  assert.ok(report.hosts.every(({ reason }) => reason === 'needs the value of a field'))
})

test('test: keys come from the environment or are asked for, are tried out, and are never shown', async (t) => {
  const seen: (string | undefined)[] = []
  const provider = createServer((request, answer) => {
    seen.push(`${request.url} ${String(request.headers['x-api-key'])}`)
    answer.writeHead(request.headers['x-api-key'] === 'right-key' ? 200 : 401).end('{}')
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  t.after(() => provider.close())
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const { apps } = await world(t, { 'echo_one.yaml': keysApp(url) })
  const allow = { HEADGATE_EGRESS_ALLOW: new URL(url).host }
  const run = (args: string[], env: Record<string, string> = {}, input = '') =>
    apps(['test', 'echo_one', ...args], { ...allow, ...env }, input)
  const shows = ({ out, err }: Outcome, secret: string) => out.includes(secret) || err.includes(secret)

  const none = await run([])
  assert.deepEqual([none.code, /Test request: not tried: give api_key/.test(none.out)], [0, true])
  assert.deepEqual(seen, [])

  const right = await run(['--field-env', 'api_key=MY_KEY', '--field', 'team=red'], { MY_KEY: 'right-key' })
  assert.equal(right.code, 0, right.out)
  assert.match(right.out, /^Test request: passed$/m)
  assert.deepEqual(seen, ['/red right-key'])
  const asked = await run(['--ask'], {}, 'wrong-key\n')
  assert.deepEqual([asked.code, /^Test request: refused/m.test(asked.out)], [1, true], asked.out)
  assert.equal(seen.at(-1), '/main wrong-key')
  assert.ok(!shows(right, 'right-key') && !shows(asked, 'wrong-key'))

  const argument = await run(['--field', 'api_key=right-key'])
  assert.equal(argument.code, 1)
  assert.match(argument.err, /arguments end up in histories/)
  assert.ok(!shows(argument, 'right-key'))
  for (const [args, says] of [
    [['--field', 'nobody=1'], /has no field "nobody"/],
    [['--field-env', 'api_key=NOT_THERE'], /NOT_THERE is not set/],
    [['--field', 'team'], /must be NAME=VALUE/],
    [['--ask'], /nothing was given/],
  ] as const)
    assert.match((await run([...args])).err, says)

  const guarded = await apps(['test', 'echo_one', '--field-env', 'api_key=MY_KEY'], { MY_KEY: 'right-key' })
  assert.equal(guarded.code, 1)
  assert.match(
    guarded.out,
    /^ {2}REFUSED http:\/\/127\.0\.0\.1:\d+ {2}\$\.proxy\.base_url: plain http/m,
    guarded.err,
  )
  assert.equal(seen.length, 2, 'and nothing was sent there')
})

test('a running server obeys set, unset, a changed file and SIGHUP, and loses no request over it', async (t) => {
  const { home, env, apps, write } = await world(t)
  const port = await freePort()
  env['PORT'] = String(port)
  const server = spawn(process.execPath, [bin, 'serve'], {
    cwd: home,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(async () => {
    const gone = once(server, 'exit')
    if (server.kill('SIGTERM')) await gone
  })
  let log = ''
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const status = async () => (await fetch(`http://localhost:${port}/_static/apps/mine.svg`)).status
  const until = async (done: () => boolean | Promise<boolean>) => {
    const deadline = performance.now() + 30_000
    while (!(await done())) {
      assert.ok(performance.now() < deadline, `it did not happen\n${log}`)
      assert.equal(server.exitCode, null, log)
      await delay(50)
    }
  }
  await until(() => log.includes('HEADGATE') || log.includes('Server'))
  await until(() =>
    status().then(
      () => true,
      () => false,
    ),
  )
  assert.equal(await status(), 404)

  await write('../mine.yaml', keysApp('http://127.0.0.1:1'))
  const made = await apps(['set', 'mine', 'mine.yaml'])
  assert.equal(made.code, 0, made.err)
  await until(async () => (await status()) === 200)
  const list = JSON.parse((await apps(['list', '--json'])).out) as {
    apps: { slug: string; layers: string[] }[]
  }
  assert.deepEqual(list.apps.find(({ slug }) => slug === 'mine')?.layers, ['database'])
  await write('../bad.yaml', 'nmae: x\n')
  assert.match(
    (await apps(['set', 'github', 'bad.yaml'])).err,
    /^headgate: database: github: \$: unknown key "nmae"$/m,
  )
  assert.equal((await apps(['unset', 'mine'])).code, 0)
  await until(async () => (await status()) === 404)
  assert.equal((await apps(['unset', 'mine'])).err, 'headgate: the database says nothing about this app\n')

  await write('mine.yaml', keysApp('http://127.0.0.1:1'))
  await until(async () => (await status()) === 200)

  const again = () => log.split('the app catalogue was read again').length
  let failed = 0
  const enough = new AbortController()
  t.after(() => enough.abort())
  const traffic = Array.from({ length: 4 }, async () => {
    while (!enough.signal.aborted) if ((await status().catch(() => 0)) !== 200) failed += 1
  })
  for (let i = 0; i < 3; i++) {
    const before = again()
    server.kill('SIGHUP')
    await until(() => again() > before)
  }
  enough.abort()
  await Promise.all(traffic)
  assert.equal(failed, 0)
})
