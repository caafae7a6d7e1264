/** A server's first start and the ones after it, as an operator and a container see them. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { type RunningServer, startServer } from '../src/bootstrap/start-server.ts'
import { addresses, welcome } from '../src/bootstrap/welcome.ts'
import { loadConfig } from '../src/config.ts'
import { ManualClock } from '../src/platform/clock.ts'
import { freePort } from '../src/platform/free-port.ts'

async function home(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-bootstrap-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const start = async (env: Record<string, string> = {}, clock?: ManualClock): Promise<RunningServer> => {
    const { config } = loadConfig({
      PORT: String(port),
      HEADGATE_DATA_DIR: join(folder, 'data'),
      HEADGATE_KEYS_PATH: join(folder, 'secret', 'keys'),
      ...env,
    })
    return startServer(config, { log: pino({ level: 'silent' }), ...(clock ? { clock } : {}) })
  }
  return { folder, start, url: `http://localhost:${port}` }
}

async function tokenStatus(url: string, clientId: string, secret: string): Promise<number> {
  const answer = await fetch(`${url}/v1/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret }),
  })
  return answer.status
}

test('the first start makes what a newcomer needs and says it once; the second says the addresses only', async (t) => {
  const { folder, start, url } = await home(t)
  const first = await start()
  assert.ok(first.made)
  const text = (await welcome(first.app, first.made, first.workspaceId)) + addresses(first.app)
  const secret = first.made.clientSecret.reveal()
  for (const part of [
    url,
    first.made.projectId,
    secret,
    first.made.adminPassword.reveal(),
    '&app=acme',
    'curl -s',
  ]) {
    assert.ok(text.includes(part), `the welcome lacks ${part}`)
  }
  assert.equal(await tokenStatus(url, first.made.clientId, secret), 200)
  const keys = join(folder, 'secret', 'keys')
  assert.equal(statSync(keys).mode & 0o777, 0o600)
  assert.equal(statSync(join(folder, 'secret')).mode & 0o777, 0o700)
  const keyText = readFileSync(keys, 'utf8')
  await first.stop()

  const second = await start()
  assert.equal(second.made, undefined)
  assert.doesNotMatch(addresses(second.app), new RegExp(secret))
  assert.equal(readFileSync(keys, 'utf8'), keyText)
  assert.equal(await tokenStatus(url, first.made.clientId, secret), 200)
  await second.stop()
})

const preset = {
  HEADGATE_BOOTSTRAP_PROJECT_ID: 'proj_preset1',
  HEADGATE_BOOTSTRAP_CLIENT_ID: 'preset-client',
  HEADGATE_BOOTSTRAP_CLIENT_SECRET: 'a-preset-secret-of-enough-characters-1',
  HEADGATE_BOOTSTRAP_ADMIN_EMAIL: 'ops@example.com',
  HEADGATE_BOOTSTRAP_ADMIN_PASSWORD: 'a long enough password',
}

test('presets give known ids and secrets, can be repeated, and a changed secret takes effect', async (t) => {
  const { start, url } = await home(t)
  const first = await start(preset)
  assert.equal(first.made?.projectId, 'proj_preset1')
  assert.equal(await tokenStatus(url, 'preset-client', preset.HEADGATE_BOOTSTRAP_CLIENT_SECRET), 200)
  await first.stop()

  const again = await start(preset)
  const count = async (table: 'projects' | 'api_clients' | 'members' | 'oauth_apps') =>
    (await again.app.db.read.selectFrom(table).select('id').execute()).length
  for (const table of ['projects', 'api_clients', 'members', 'oauth_apps'] as const)
    assert.equal(await count(table), 1)
  await again.stop()

  const changed = 'another-preset-secret-of-enough-chars'
  const rotated = await start({ ...preset, HEADGATE_BOOTSTRAP_CLIENT_SECRET: changed })
  assert.equal(await tokenStatus(url, 'preset-client', changed), 200)
  assert.equal(await tokenStatus(url, 'preset-client', preset.HEADGATE_BOOTSTRAP_CLIENT_SECRET), 401)
  await rotated.stop()
})

test('a seed file makes what is missing, can be repeated, and a broken one changes nothing', async (t) => {
  const { folder, start, url } = await home(t)
  const seed = join(folder, 'seed.yaml')
  const secret = 'seeded-secret-with-enough-characters-1'
  writeFileSync(
    seed,
    `projects:
  - id: proj_seeded
    name: Seeded
    support_email: help@example.com
    require_allowed_origins: true
    oauth_apps:
      - { app: github, client_id: gh-id, client_secret: gh-secret, name: Our GitHub }
api_clients:
  - { id: seeded-client, secret: ${secret}, name: Reader, scope: connect:accounts:read, projects: [proj_seeded] }
`,
  )
  const first = await start({ HEADGATE_SEED_FILE: seed })
  assert.equal(await tokenStatus(url, 'seeded-client', secret), 200)
  await first.stop()
  const again = await start({ HEADGATE_SEED_FILE: seed })
  const apps = await again.app.db.read.selectFrom('oauth_apps').select(['app_slug', 'client_id']).execute()
  assert.equal(apps.filter((app) => app.client_id === 'gh-id').length, 1)
  const seeded = await again.app.projects.find('proj_seeded')
  assert.ok(seeded?.allowed_origins_required_at)
  const defaults = await again.app.db.read.selectFrom('default_oauth_apps').selectAll().execute()
  assert.equal(
    defaults.filter((row) => row.project_id === 'proj_seeded' && row.app_slug === 'github').length,
    2,
  )
  await again.stop()

  const broken = join(folder, 'broken.yaml')
  const cases: [text: string, says: RegExp][] = [
    ['projects: [{ id: proj_new, nam: typo }]', /\/projects\/0 has no use for nam/],
    [`api_clients: [{ id: x, secret: ${secret}, name: y }]`, /\/api_clients\/0\/id/],
    [`projects: "${secret}`, /cannot be read as YAML \(line 1\)/],
    // Nothing is wrong with its form; what it asks for cannot be.
    [
      `projects: [{ id: proj_new, name: New, logo: none.png, oauth_apps: [{ app: githup, client_id: a, client_secret: ${secret} }] }]
api_clients: [{ id: new-client, secret: ${secret}, name: New, scope: everything, projects: [proj_new, proj_no] }]`,
      /\/projects\/0\/logo: .*; \/projects\/0\/oauth_apps\/0: app names no app; \/api_clients\/0\/scope: .*; \/api_clients\/0\/projects\/1: there is no project proj_no$/,
    ],
  ]
  for (const [text, says] of cases) {
    writeFileSync(broken, text)
    await assert.rejects(start({ HEADGATE_SEED_FILE: broken }), (error: Error) => {
      assert.equal(error.name, 'BadSeed')
      assert.match(error.message, says)
      return !error.message.includes(secret)
    })
  }
  await assert.rejects(start({ HEADGATE_SEED_FILE: join(folder, 'none.yaml') }), /cannot be read \(ENOENT\)/)
  const after = await start()
  const projects = await after.app.db.read.selectFrom('projects').select('id').execute()
  assert.ok(!projects.some((project) => project.id === 'proj_new'))
  await after.stop()
})

test('a start that cannot go on makes nothing: what a first start shows once is still to be shown', async (t) => {
  const { folder, start, url } = await home(t)
  const seed = join(folder, 'seed.yaml')
  writeFileSync(
    seed,
    'projects: [{ id: proj_new, name: New, oauth_apps: [{ app: githup, client_id: a, client_secret: b }] }]',
  )
  await assert.rejects(start({ HEADGATE_SEED_FILE: seed }), { name: 'BadSeed' })
  const holder = createServer().listen(Number(new URL(url).port), '127.0.0.1')
  await once(holder, 'listening')
  await assert.rejects(start(), { code: 'EADDRINUSE' })
  holder.close()
  await once(holder, 'close')
  // The project of the presets, made a moment later, may be named.
  const client = `{ id: seeded-client, secret: seeded-secret-with-enough-characters-1, name: S, projects: [proj_preset] }`
  writeFileSync(seed, `api_clients: [${client}]`)
  const server = await start({ HEADGATE_SEED_FILE: seed, HEADGATE_BOOTSTRAP_PROJECT_ID: 'proj_preset' })
  assert.ok(server.made)
  await server.stop()
})

test('an entry of the outbound allow list that is no target is told with the name of the setting', async (t) => {
  const { start } = await home(t)
  const starting = start({ HEADGATE_EPHEMERAL: 'on', HEADGATE_EGRESS_ALLOW: 'localhost:4000,::no::' })
  await assert.rejects(starting, { name: 'BadConfig', message: /^HEADGATE_EGRESS_ALLOW: "::no::" is not/ })
})

test('an ephemeral server leaves nothing on disk', async (t) => {
  const { folder, start } = await home(t)
  const server = await start({ HEADGATE_EPHEMERAL: 'on' })
  assert.ok(server.made)
  await server.stop()
  assert.throws(() => statSync(join(folder, 'data')), { code: 'ENOENT' })
  assert.throws(() => statSync(join(folder, 'secret')), { code: 'ENOENT' })
})

test('listening beyond loopback without TLS, and a sandbox in production, are said aloud', async (t) => {
  const { start } = await home(t)
  const server = await start({
    HOST: '0.0.0.0',
    NODE_ENV: 'production',
    HEADGATE_SANDBOX: 'on',
    HEADGATE_EPHEMERAL: 'on',
  })
  const text = addresses(server.app)
  assert.match(text, /WARNING: listening on 0\.0\.0\.0 without TLS/)
  assert.match(text, /WARNING: the sandbox provider is on in production/)
  await server.stop()
})

test('TLS for this machine: trusted by its one certificate, kept over restarts, renewed before its end', async (t) => {
  const { folder, start } = await home(t)
  const clock = new ManualClock(Date.now())
  const env = { HEADGATE_TLS: 'local' }
  const file = (name: string) => join(folder, 'data', 'tls', name)
  const run = async (meanwhile?: (url: string) => Promise<void>) => {
    const server = await start(env, clock)
    assert.match(addresses(server.app), /https:\/\/localhost:\d+[^]*NODE_EXTRA_CA_CERTS=.*local-cert\.pem/)
    if (server.made) {
      const text = await welcome(server.app, server.made, server.workspaceId)
      const certificate = file('local-cert.pem')
      assert.equal(text.split(`curl -s --cacert ${certificate} `).length, 3, 'both commands trust it')
      assert.ok(text.includes(`export NODE_EXTRA_CA_CERTS=${certificate}\n`))
    }
    await meanwhile?.(server.app.config.publicUrl)
    await server.stop()
    return readFileSync(file('local-cert.pem'), 'utf8')
  }
  const first = await run(async (url) => {
    // This process trusts it by now; the name it was made for has to fit all the same.
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
  })
  assert.equal(statSync(file('local.pem')).mode & 0o777, 0o600)
  assert.doesNotMatch(first, /PRIVATE KEY/)
  assert.equal(await run(), first)
  clock.advance(365 * 86_400_000)
  assert.notEqual(await run(), first)
})

test('a stop is not held up by a socket that never says anything', async (t) => {
  const { start, url } = await home(t)
  const server = await start({ HEADGATE_EPHEMERAL: 'on' })
  const silent = connect(Number(new URL(url).port), '127.0.0.1')
  await once(silent, 'connect')
  const slow = await fetch(`${url}/readyz`)
  assert.equal(slow.status, 200)
  const begun = performance.now()
  await Promise.all([server.stop(), once(silent, 'close')])
  // The patience is 25 seconds and a silent socket lives for a minute: this was neither.
  assert.ok(performance.now() - begun < 20_000)
})

test('a stop answers what is under way and takes no more', async (t) => {
  const { start, url } = await home(t)
  const server = await start({ HEADGATE_EPHEMERAL: 'on' })
  await fetch(`${url}/sandbox/settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({}),
  })
  const answers = Array.from({ length: 20 }, () => fetch(`${url}/readyz`))
  const stopped = Promise.all(answers).then(() => server.stop())
  for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200)
  await stopped
  await assert.rejects(fetch(`${url}/readyz`))
})
