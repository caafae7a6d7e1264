/**
 * Nothing readable at rest: one whole life of a server, and then a search for every secret that was in it, in database, journal and log.
 * The last tests plant a canary in each of those places: a search that cannot fail would prove nothing.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { sql } from 'kysely'
import { projectEnvironmentOfRow } from '../src/access/project-environment.ts'
import { openPlan } from '../src/connect/attempt-plan.ts'
import { openCredentialsText } from '../src/accounts/credentials-seal.ts'
import { mintSecret } from '../src/platform/crypto/secrets.ts'
import { testDatabases } from './databases.ts'
import { assertStatus, jsonOf, send } from './security/answers.ts'
import { openWorld, type World } from './security/harness.ts'
import { comeBack, consent, depart } from './security/sandbox-flow.ts'

type Places = Record<string, Buffer>

/** Every way in which a text is likely to be written down. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const json = JSON.stringify(secret).slice(1, -1)
  // Inside a longer base64 text a secret begins at any of three offsets: its middle looks the same in each.
  const shifted = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(Math.ceil((offset * 4) / 3), -4)
  })
  const base64 = shifted.filter((text) => text.length >= 12)
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

/** `secret in place` for everything found, by name and never by value. */
function findSecrets(places: Places, secrets: ReadonlyMap<string, string>): string[] {
  const found: string[] = []
  for (const [name, secret] of secrets) {
    assert.ok(secret.length >= 12, `${name} is too short to search for`)
    for (const [place, bytes] of Object.entries(places))
      if (spellings(secret).some((text) => bytes.includes(text))) found.push(`${name} in ${place}`)
  }
  return found
}

/** All that a thief of the disks would have: without the key file. */
async function placesOf(world: World): Promise<Places> {
  const places: Places = { log: Buffer.from(world.logged()) }
  const folders = [join(world.dataDir)]
  if (world.databaseUrl?.startsWith('sqlite:'))
    folders.push(dirname(world.databaseUrl.slice('sqlite:'.length)))
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name)
      if (statSync(path).isFile()) places[name] = readFileSync(path)
    }
  }
  if (world.databaseUrl?.startsWith('postgres')) {
    for (const { name } of await world.app.db.read.introspection.getTables()) {
      const { rows } = await sql<{
        row: string
      }>`select ${sql.table(name)}::text as row from ${sql.table(name)}`.execute(world.app.db.read)
      places[`table ${name}`] = Buffer.from(rows.map(({ row }) => row).join('\n'))
    }
  }
  return places
}

const ADMIN_PASSWORD = 'administrators-own-password-71c9'

/** Everything a server does with secrets at this stage. Returns each of them by name. */
async function liveALife(t: TestContext, database: 'sqlite' | 'postgres') {
  const world = await openWorld(t, {
    database,
    env: { HEADGATE_BOOTSTRAP_ADMIN_PASSWORD: ADMIN_PASSWORD },
  })
  const { app, address, p1, w1, c1 } = world
  const secrets = new Map<string, string>([
    ['administrator password', ADMIN_PASSWORD],
    ['client secret', c1.secret],
    ['second client secret', world.c2.secret],
    ['OAuth app client secret', 'canary-oauth-app-secret'],
    ['credential that was put in', 'canary-a1-access'],
  ])
  const development = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'development' })
  const P = `/v1/connect/${p1}`

  const token = await world.token()
  secrets.set('access token', token)
  secrets.set('signature of the access token', token.split('.')[2]!)
  const sent = { token, environment: 'development' }

  // An OAuth app made over the API.
  const appSecret = `made-over-the-api/${mintSecret('')}`
  const made = await send(address, 'POST', `${P}/oauth_apps`, {
    ...sent,
    body: { app: 'acme', client_id: 'another-client', client_secret: appSecret },
  })
  assertStatus(made, 200)
  secrets.set('OAuth app client secret over the API', appSecret)

  // Keys typed by a person.
  const keysToken = await world.connectToken({ user: 'u-keys', environment: 'development' })
  secrets.set('Connect token', keysToken)
  const apiKey = `acme_"quoted\\key+/=&${mintSecret('')}`
  secrets.set('API key', apiKey)
  const byKey = await send(address, 'POST', `${P}/accounts`, {
    ...sent,
    body: {
      app_slug: 'acme_keys',
      cfmap_json: JSON.stringify({ api_key: apiKey }),
      connect_token: keysToken,
    },
  })
  assertStatus(byKey, 200)
  await send(address, 'GET', `/v1/connect/tokens/${keysToken}/validate`)
  await send(address, 'GET', `/_static/connect.html?token=${keysToken}&connectLink=true&app=acme`)

  // A sign-in at a provider.
  const oauthToken = await world.connectToken({ user: 'u-oauth', environment: 'development' })
  secrets.set('second Connect token', oauthToken)
  const departure = await depart(world, oauthToken)
  secrets.set('state', departure.state)
  secrets.set('attempt cookie', departure.cookie.slice(departure.cookie.indexOf('=') + 1))
  const attempt = await app.db.read.selectFrom('connect_attempts').selectAll().executeTakeFirstOrThrow()
  secrets.set('PKCE verifier', openPlan(app.vault, attempt).codeVerifier)
  const back = await consent(world, departure)
  secrets.set('authorization code', back.searchParams.get('code')!)
  assertStatus(await comeBack(world, departure, Object.fromEntries(back.searchParams)), 303)
  // The same answer again is refused, and the refusal is logged.
  await comeBack(world, departure, Object.fromEntries(back.searchParams))

  const { id } = await app.db.read
    .selectFrom('accounts')
    .select('id')
    .where('external_id', '=', 'u-oauth')
    .executeTakeFirstOrThrow()
  const noteTokens = async (when: string) => {
    const row = await app.db.read
      .selectFrom('credentials')
      .innerJoin('accounts', 'accounts.id', 'credentials.account_id')
      .selectAll()
      .where('accounts.id', '=', id)
      .executeTakeFirstOrThrow()
    const values = JSON.parse(openCredentialsText(app.vault, development, row)) as Record<string, string>
    secrets.set(`${when} OAuth access token`, values['oauth_access_token']!)
    secrets.set(`${when} OAuth refresh token`, values['oauth_refresh_token']!)
  }
  await noteTokens('first')
  const read = () => send(address, 'GET', `${P}/accounts/${id}?include_credentials=true`, sent)

  // A refresh, one that fails in every way, and one whose answer stays in the journal.
  world.clock.advance(60_000)
  assertStatus(await read(), 200)
  await noteTokens('second')
  for (const failure of ['500', '429', 'garbage', 'invalid_grant', 'invalid_client']) {
    await send(address, 'PUT', '/sandbox/settings', {
      body: { fail_token_requests: failure, rotate: 'keep' },
    })
    world.clock.advance(3_600_000 / 20)
    await read()
  }
  const { refused } = jsonOf<{ refused: number }>(await send(address, 'GET', '/sandbox/stats'))
  assert.ok(refused >= 4, `${refused} failures`)
  await send(address, 'PUT', '/sandbox/settings', { body: { rotate: 'strict' } })
  world.clock.advance(600_000)
  const { remove } = app.journal
  app.journal.remove = async () => {}
  assertStatus(await read(), 200)
  app.journal.remove = remove
  await noteTokens('third')
  assert.equal(readdirSync(join(world.dataDir, 'journal')).length, 1)

  // Callers that are wrong, with their secrets in every place.
  const wrong = `wrong-secret-${mintSecret('')}`
  secrets.set('secret that was refused', wrong)
  const grant = { grant_type: 'client_credentials', client_id: c1.id, client_secret: wrong }
  assertStatus(await send(address, 'POST', '/v1/oauth/token', { body: grant }), 401)
  await send(address, 'POST', '/v1/oauth/token', {
    body: `{"client_secret":"${wrong}"`,
    headers: { 'content-type': 'application/json' },
  })
  await send(address, 'GET', `${P}/accounts?secret=${wrong}`, { token: wrong, environment: 'development' })
  await send(address, 'GET', `/nowhere/${keysToken}?token=${wrong}`)
  await send(address, 'POST', `${P}/accounts`, {
    ...sent,
    body: { app_slug: 'acme_keys', cfmap_json: `{"api_key":"${wrong}",}`, connect_token: keysToken },
  })
  await send(address, 'POST', '/v1/oauth/revoke', {
    form: { token, client_id: c1.id, client_secret: c1.secret },
  })

  for (const row of await app.db.read.selectFrom('signing_keys').selectAll().execute()) {
    const pem = app.vault.open({ table: 'signing_keys', column: 'private_pem', row: row.id }, row.private_pem)
    const [, body] = /-----\n([\s\S]+?)\n-----/.exec(pem)!
    // Of the Ed25519 key's DER text the seed is the end: what comes before is the same in every key.
    secrets.set('signing private key', body!.replaceAll('\n', '').slice(-40))
    secrets.set('signing private key, raw', Buffer.from(body!, 'base64').subarray(-32).toString('base64url'))
  }
  return { ...world, secrets }
}

for (const { name: database } of testDatabases) {
  test(`G9-167 after a whole life no secret is readable in database, journal or log (${database})`, async (t) => {
    const world = await liveALife(t, database)
    const places = await placesOf(world)
    assert.ok(world.secrets.size >= 20, `${world.secrets.size} secrets`)
    assert.ok(places['log']!.length > 5_000)
    assert.ok(Object.keys(places).some((place) => place.startsWith('journal/apn_')))
    // The search looks at the right bytes: what is no secret is there.
    const storage = database === 'sqlite' ? ['headgate.db', 'headgate.db-wal'] : ['table accounts']
    assert.ok(storage.some((place) => places[place]?.includes('u-oauth')))
    assert.deepEqual(findSecrets(places, world.secrets), [])
  })
}

test('the search finds a canary in every place and every spelling', async (t) => {
  const world = await openWorld(t, { database: 'sqlite' })
  const { app, dataDir } = world
  const canary = `canary "one" +/= ${mintSecret('')}`
  const secrets = new Map([['canary', canary]])
  assert.deepEqual(findSecrets(await placesOf(world), secrets), [])

  for (const spelling of new Set(spellings(canary)))
    assert.deepEqual(findSecrets({ here: Buffer.from(`..${spelling}..`) }, secrets), ['canary in here'])
  for (const before of ['', 'a', 'ab'])
    for (const encoding of ['base64', 'base64url'] as const) {
      const buried = Buffer.from(`${before}${canary}zz`).toString(encoding)
      assert.deepEqual(findSecrets({ here: Buffer.from(buried) }, secrets), ['canary in here'])
    }

  app.log.info({ canary }, 'planted')
  assert.deepEqual(findSecrets(await placesOf(world), secrets), ['canary in log'])
  await app.db.write((tx) => tx.updateTable('projects').set({ name: canary }).execute())
  const inLog = findSecrets(await placesOf(world), secrets)
  assert.deepEqual(inLog, ['canary in log', 'canary in headgate.db-wal'])
  await sql`pragma wal_checkpoint(truncate)`.execute(app.db.schema)
  assert.deepEqual(findSecrets(await placesOf(world), secrets), ['canary in log', 'canary in headgate.db'])
  writeFileSync(join(dataDir, 'journal', 'apn_1.1.json.part'), JSON.stringify({ canary }))
  assert.ok(findSecrets(await placesOf(world), secrets).includes('canary in journal/apn_1.1.json.part'))
})

test('the search finds a canary in any column of PostgreSQL', async (t) => {
  const world = await openWorld(t, { database: 'postgres' })
  const secrets = new Map([['canary', mintSecret('canary-')]])
  assert.deepEqual(findSecrets(await placesOf(world), secrets), [])
  await world.app.db.write((tx) =>
    tx
      .updateTable('credentials')
      .set({ data_key: secrets.get('canary')! })
      .execute(),
  )
  assert.deepEqual(findSecrets(await placesOf(world), secrets), ['canary in table credentials'])
})
