/** G9: the vault at rest, in real rows: flipped, moved, deleted, and never shown unasked. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { newKeyRingText } from '../../src/platform/crypto/key-ring.ts'
import { assertStatus, send } from './answers.ts'
import { openWorld, type World } from './harness.ts'
import { depart } from './sandbox-flow.ts'

const credentialsOf = (world: World, id: string) =>
  world.app.db.read
    .selectFrom('credentials')
    .select(['data_key', 'sealed'])
    .where('account_id', '=', id)
    .executeTakeFirstOrThrow()

const readWithCredentials = async (world: World, id: string, address = world.address) =>
  send(address, 'GET', `/v1/connect/${world.p1}/accounts/${id}?include_credentials=true`, {
    token: await world.token({ address }),
    environment: 'production',
  })

/** Every text that differs from `envelope` in one bit of one byte of one of its parts, or in its header. */
function flips(envelope: string): { where: string; text: string }[] {
  const parts = envelope.split('.')
  const found = [{ where: 'header', text: `x${envelope.slice(1)}` }]
  for (const [i, part] of parts.entries()) {
    if (i === 0) continue
    const isText = parts.length === 4 && i === 1
    const bytes = Buffer.from(part, isText ? 'latin1' : 'base64url')
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1 << (at % 8)
      const text = parts.with(i, changed.toString(isText ? 'latin1' : 'base64url')).join('.')
      found.push({ where: `part ${i}, byte ${at}`, text })
    }
  }
  return found
}

test('G9-171 a flipped bit anywhere: an error, never a prefix of the plaintext', async (t) => {
  const world = await openWorld(t, { database: 'sqlite' })
  const { app, accounts } = world
  const row = await credentialsOf(world, accounts.a2)
  const binding = {
    table: 'credentials',
    column: 'sealed',
    row: accounts.a2,
    workspace: world.w1,
    project: world.p1,
    environment: 'production',
    externalUser: (
      await app.db.read
        .selectFrom('accounts')
        .select('external_user_id')
        .where('id', '=', accounts.a2)
        .executeTakeFirstOrThrow()
    ).external_user_id,
    generation: 1,
  }
  const open = (dataKey: string, sealed: string) => app.vault.openWith(dataKey, binding, sealed)
  assert.match(open(row.data_key, row.sealed), /canary-a2-key/)
  const [ofKey, ofText] = [flips(row.data_key), flips(row.sealed)]
  assert.ok(ofKey.length > 60 && ofText.length > 50)
  for (const { where, text } of ofKey)
    assert.throws(() => open(text, row.sealed), { name: /^(SealBroken|KeyNotHeld)$/ }, `data key, ${where}`)
  for (const { where, text } of ofText)
    assert.throws(() => open(row.data_key, text), { name: 'SealBroken' }, `text, ${where}`)

  // The same over HTTP, once in every part.
  const sampled = (all: typeof ofKey) =>
    all.filter(({ where }, i) => where.split(',')[0] !== all[i + 1]?.where.split(',')[0])
  const damages = [
    ...sampled(ofKey).map(({ text }) => ({ data_key: text })),
    ...sampled(ofText).map(({ text }) => ({ sealed: text })),
  ]
  for (const damage of damages) {
    await app.db.write((tx) =>
      tx
        .updateTable('credentials')
        .set({ ...row, ...damage })
        .where('account_id', '=', accounts.a2)
        .execute(),
    )
    const answer = await readWithCredentials(world, accounts.a2)
    assert.ok([500, 503].includes(answer.status), answer.text)
    assert.ok(!answer.text.includes('canary'), answer.text)
  }
  assert.ok(!world.logged().includes('canary'))
})

test('G9-172 no nonce comes twice under one key: two processes, three starts each', async () => {
  const ring = newKeyRingText().trim()
  const script = `
    import { parseKeyRing } from ${JSON.stringify(import.meta.resolve('../../src/platform/crypto/key-ring.ts'))}
    import { openVault } from ${JSON.stringify(import.meta.resolve('../../src/platform/crypto/vault.ts'))}
    const vault = openVault(parseKeyRing(process.argv[1]), 'instance')
    const at = { table: 't', column: 'c', row: 'r' }
    const dataKey = vault.createDataKey(at)
    const nonces = []
    for (let i = 0; i < 20000; i++) {
      nonces.push(vault.createDataKey(at).split('.')[2], vault.sealWith(dataKey, at, 'x').split('.')[1])
    }
    console.log(nonces.join(' '))`
  const run = async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script, ring],
      {
        maxBuffer: 1e8,
      },
    )
    return stdout.trim().split(' ')
  }
  const seen = new Set<string>()
  for (let start = 0; start < 3; start += 1)
    for (const nonces of await Promise.all([run(), run()])) for (const nonce of nonces) seen.add(nonce)
  assert.equal(seen.size, 3 * 2 * 40_000)
})

test('G9-180 without include_credentials no answer has a credential, masked or not', async (t) => {
  const world = await openWorld(t)
  const { p1, accounts } = world
  const token = await world.token()
  const P = `/v1/connect/${p1}`
  const plain = [
    `${P}/accounts`,
    `${P}/accounts?include_credentials=false`,
    `${P}/accounts?include_credentials=0`,
    `${P}/accounts?app=acme`,
    `${P}/accounts?external_user_id=u1`,
    `${P}/accounts/${accounts.a1}`,
    `${P}/accounts/${accounts.a2}?include_credentials=false`,
    `${P}/users/u1/accounts`,
    `${P}/users/u2/accounts?include_credentials=0`,
    `${P}/users`,
    `${P}/oauth_apps`,
    `${P}/oauth_apps/${world.oauthAppId}`,
    `${P}/default_oauth_apps`,
    `${P}/projects/info`,
    '/v1/connect/apps',
    '/v1/connect/apps/acme',
    '/.well-known/jwks.json',
    '/openapi.json',
  ]
  for (const path of plain) {
    const answer = await send(world.address, 'GET', path, { token, environment: 'production' })
    assertStatus(answer, 200)
    assert.doesNotMatch(answer.text, /canary-(?!oauth-app-id)/, path)
    if (path !== '/openapi.json')
      assert.doesNotMatch(answer.text, /"credentials"|"client_secret"|"\*{3,}"/, path)
  }
  const connectToken = await world.connectToken({ user: 'u9' })
  const made = await send(world.address, 'POST', `${P}/accounts`, {
    token,
    environment: 'production',
    body: {
      app_slug: 'acme_keys',
      cfmap_json: '{"api_key":"acme_canary-made"}',
      connect_token: connectToken,
    },
  })
  assertStatus(made, 200)
  assert.doesNotMatch(made.text, /canary|credentials/)
  // The texts are there to be found: asked for, they come.
  assert.match((await readWithCredentials(world, accounts.a1)).text, /canary-a1-access/)
})

test('G9-181 deleted is gone from the SQLite file, data key and all; other rows open', async (t) => {
  const world = await openWorld(t, { database: 'sqlite' })
  const { app, accounts, p1 } = world
  const file = world.databaseUrl!.slice('sqlite:'.length)
  const { data_key: dataKey, sealed } = await credentialsOf(world, accounts.a1)
  const checkpoint = () =>
    app.db
      .write(() => Promise.resolve())
      .then(() => sql`pragma wal_checkpoint(truncate)`.execute(app.db.schema))
  const holds = (text: string) => {
    for (const name of readdirSync(dirname(file)))
      if (readFileSync(join(dirname(file), name)).includes(text)) return true
    return false
  }
  await checkpoint()
  assert.ok(holds(sealed) && holds(dataKey))
  const token = await world.token()
  const sent = { token, environment: 'production' }
  assertStatus(await send(world.address, 'DELETE', `/v1/connect/${p1}/accounts/${accounts.a1}`, sent), 204)
  await checkpoint()
  assert.equal(holds(sealed), false)
  assert.equal(holds(dataKey), false)
  assertStatus(await readWithCredentials(world, accounts.a2), 200)
  const entries = await app.db.read
    .selectFrom('audit_entries')
    .selectAll()
    .where('target', '=', accounts.a1)
    .where('action', '=', 'account.delete')
    .execute()
  assert.equal(entries.length, 1)
  assert.doesNotMatch(JSON.stringify(entries), /canary|sealed/)
})

test('G9-181 deleted is gone from PostgreSQL, data key and all; other rows open', async (t) => {
  const world = await openWorld(t, { database: 'postgres' })
  const { accounts, p1 } = world
  const { data_key: dataKey, sealed } = await credentialsOf(world, accounts.a1)
  const holds = async (text: string) => JSON.stringify([...(await world.state())]).includes(text)
  assert.ok((await holds(sealed)) && (await holds(dataKey)))
  const sent = { token: await world.token(), environment: 'production' }
  assertStatus(await send(world.address, 'DELETE', `/v1/connect/${p1}/accounts/${accounts.a1}`, sent), 204)
  assert.deepEqual([await holds(sealed), await holds(dataKey)], [false, false])
  assertStatus(await readWithCredentials(world, accounts.a2), 200)
})

test('G9-182 every secret that is used again is sealed like an account’s; what is only checked is a digest', async (t) => {
  const world = await openWorld(t, { database: 'sqlite' })
  await depart(world, await world.connectToken({ environment: 'development' }))
  const { read } = world.app.db
  const SEALED = /^k1\.[a-z0-9]+\.[\w-]{16}\.[\w-]{64}~d1\.[\w-]{16}\.[\w-]{22,}$/
  const DIGEST = /^[\w-]{43}$/
  const columns = {
    client_secret: (await read.selectFrom('oauth_apps').select('client_secret').execute()).map(
      (row) => row.client_secret,
    ),
    private_pem: (await read.selectFrom('signing_keys').select('private_pem').execute()).map(
      (row) => row.private_pem,
    ),
    attempt: (await read.selectFrom('connect_attempts').select('sealed').execute()).map((row) => row.sealed),
    check_value: (await read.selectFrom('vault_keys').select('check_value').execute()).map(
      (row) => row.check_value,
    ),
  }
  for (const [name, values] of Object.entries(columns)) {
    assert.ok(values.length > 0, name)
    for (const value of values) assert.match(value, SEALED, name)
  }
  for (const { secret_digest: digest } of await read
    .selectFrom('api_clients')
    .select('secret_digest')
    .execute())
    assert.match(digest, DIGEST)
  for (const { digest } of await read.selectFrom('connect_tokens').select('digest').execute())
    assert.match(digest, DIGEST)
  for (const row of await read.selectFrom('connect_attempts').selectAll().execute())
    for (const digest of [row.id, row.state_digest, row.browser_digest]) assert.match(digest ?? '', DIGEST)
  for (const { password_digest: digest } of await read
    .selectFrom('members')
    .select('password_digest')
    .execute())
    assert.match(digest, /^\$argon2id\$/)
})

test('G9-183 a row copied to another installation with the same key does not open there', async (t) => {
  const keys = newKeyRingText().trim()
  const one = await openWorld(t, { database: 'sqlite', env: { HEADGATE_KEYS: keys } })
  const two = await openWorld(t, { database: 'sqlite', env: { HEADGATE_KEYS: keys } })
  // All that the seal is bound to but the installation is made the same.
  const [ofOne, ofTwo] = await Promise.all([one, two].map((world) => credentialsOf(world, world.accounts.a2)))
  const rowOfOne = await one.app.db.read
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', one.accounts.a2)
    .executeTakeFirstOrThrow()
  const binding = {
    table: 'credentials',
    column: 'sealed',
    row: rowOfOne.id,
    workspace: one.w1,
    project: one.p1,
    environment: 'production',
    externalUser: rowOfOne.external_user_id,
    generation: 1,
  }
  assert.match(one.app.vault.openWith(ofOne!.data_key, binding, ofOne!.sealed), /canary-a2-key/)
  assert.throws(() => two.app.vault.openWith(ofOne!.data_key, binding, ofOne!.sealed), { name: 'SealBroken' })
  await two.app.db.write((tx) =>
    tx.updateTable('credentials').set(ofOne!).where('account_id', '=', two.accounts.a2).execute(),
  )
  const answer = await readWithCredentials(two, two.accounts.a2)
  assertStatus(answer, 500)
  assert.doesNotMatch(answer.text, /canary/)
  assert.notEqual(ofTwo!.sealed, ofOne!.sealed)
})
