/** G2: the keys that sign access tokens as others see them, and how they change under way. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { removeSigningKey, rotateSigningKey } from '../../src/api-clients/signing-keys.ts'
import { assert401Invalid, assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved, assertOnlyChanged } from './database-state.ts'
import { claimsOf, headerOf } from './forge.ts'
import { openWorld, REACH_MS, within } from './harness.ts'
import { rawRequest } from './raw-request.ts'

const JWKS = '/.well-known/jwks.json'
const METADATA = '/.well-known/oauth-authorization-server'
const MINUTE = 60_000

interface Jwks {
  keys: Record<string, string>[]
}

const kidsAt = async (address: string) =>
  jsonOf<Jwks>(await send(address, 'GET', JWKS)).keys.map((key) => key['kid'])
const maxAgeOf = (headers: Headers) => Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1])
const use = (address: string, token: string) => send(address, 'GET', '/v1/connect/apps?limit=1', { token })

for (const [algorithm, required, shown] of [
  ['EdDSA', ['crv', 'kty', 'x'], ['alg', 'crv', 'kid', 'kty', 'use', 'x']],
  ['RS256', ['e', 'kty', 'n'], ['alg', 'e', 'kid', 'kty', 'n', 'use']],
] as const) {
  test(`G2-45 the ${algorithm} key set shows public members only, named by thumbprint`, async (t) => {
    const world = await openWorld(t, { env: { HEADGATE_SIGNING_ALGORITHM: algorithm } })
    const before = await world.state()
    const answer = await send(world.address, 'GET', JWKS)
    assertStatus(answer, 200)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/jwk-set\+json/)
    assert.ok(maxAgeOf(answer.headers) > 0)
    const [key, ...others] = jsonOf<Jwks>(answer).keys
    assert.ok(key)
    assert.deepEqual(others, [])
    assert.deepEqual(Object.keys(key).toSorted(), shown)
    assert.deepEqual([key['use'], key['alg']], ['sig', algorithm])
    const members = Object.fromEntries(required.map((name) => [name, key[name]]))
    assert.equal(key['kid'], createHash('sha256').update(JSON.stringify(members)).digest('base64url'))
    const token = await world.token()
    assert.deepEqual(headerOf(token), { alg: algorithm, kid: key['kid'], typ: 'at+jwt' })
    assertStatus(await use(world.address, token), 200)
    assertNothingMoved(before, await world.state())
  })
}

test('G2-46 rotating the signing key under load fails nobody: published before use, kept until its last token ends', async (t) => {
  const world = await openWorld(t, { database: 'postgres' })
  const second = await world.secondProcess()
  const addresses = [world.address, second.address]
  const [oldKid] = await kidsAt(world.address)
  const maxAge = maxAgeOf((await send(world.address, 'GET', JWKS)).headers) * 1000
  const usedKids = new Set<unknown>()
  let requests = 0
  const load = new AbortController()
  const loading = Promise.all(
    addresses.map(async (address, index) => {
      for (let i = 0; !load.signal.aborted; i += 1) {
        const issuedAt = addresses[(i + index) % 2]!
        const token = await world.token({ address: issuedAt })
        const { kid } = headerOf(token)
        usedKids.add(kid)
        // A verifier that reads the key set anew finds the key of every token it gets, at either process.
        assert.ok(
          (await kidsAt(address)).includes(String(kid)),
          'a token was signed by a key that is not published',
        )
        assertStatus(await use(address, token), 200)
        requests += 1
      }
    }),
  )
  const settled = loading.catch((error: unknown) => error)
  const requestsFlow = async (more: number) => {
    const target = requests + more
    await Promise.race([within(30_000, async () => requests >= target), loading])
  }
  try {
    await requestsFlow(20)
    const newKid = await rotateSigningKey(world.app)
    for (const address of addresses)
      await within(REACH_MS, async () => (await kidsAt(address)).includes(newKid))
    assert.deepEqual([...usedKids], [oldKid])
    // Longer than any cached key set lives, and still not used.
    world.clock.advance(maxAge + MINUTE)
    await requestsFlow(20)
    assert.deepEqual([...usedKids], [oldKid])
    const byOld = await world.token()
    world.clock.advance(maxAge)
    await Promise.race([within(REACH_MS, async () => usedKids.has(newKid)), loading])
    await within(REACH_MS, async () => headerOf(await world.token())['kid'] === newKid)
    await requestsFlow(50)
    // An hour for a token of the old key that was issued in the very last moment.
    world.clock.advance(59 * MINUTE - maxAge)
    for (const address of addresses) assertStatus(await use(address, byOld), 200)
    world.clock.advance(maxAge)
    await requestsFlow(20)
    for (const address of addresses) assert.deepEqual(await kidsAt(address), [oldKid, newKid])
    world.clock.advance(12 * MINUTE)
    for (const address of addresses) {
      await within(REACH_MS, async () => (await kidsAt(address)).join(' ') === newKid)
    }
    await requestsFlow(20)
  } finally {
    load.abort()
  }
  assert.ok(!((await settled) instanceof Error), String(await settled))
  assert.equal(usedKids.size, 2)
})

test('G2-47 removing a key ends its tokens on every process, and no others', async (t) => {
  const world = await openWorld(t, { database: 'postgres' })
  const second = await world.secondProcess()
  const addresses = [world.address, second.address]
  const byOld = await world.token()
  const newKid = await rotateSigningKey(world.app)
  world.clock.advance(15 * MINUTE)
  await within(REACH_MS, async () => headerOf(await world.token())['kid'] === newKid)
  const byNew = await world.token()
  for (const address of addresses) {
    for (const token of [byOld, byNew])
      await within(REACH_MS, async () => (await use(address, token)).status === 200)
  }
  const before = await world.state()
  await removeSigningKey(world.app, String(headerOf(byOld)['kid']))
  for (const address of addresses) {
    await within(REACH_MS, async () => (await use(address, byOld)).status === 401)
    assert401Invalid(await use(address, byOld))
    assertStatus(await use(address, byNew), 200)
    assertStatus(await use(address, await world.token({ address })), 200)
    assert.ok(!(await kidsAt(address)).includes(String(headerOf(byOld)['kid'])))
  }
  assertOnlyChanged(before, await world.state(), ['signing_keys', 'audit_entries'])
  // The key that signs is taken away too: the next token has another.
  await removeSigningKey(world.app, newKid)
  for (const address of addresses) {
    await within(REACH_MS, async () => (await use(address, byNew)).status === 401)
    assertStatus(await use(address, await world.token({ address })), 200)
  }
})

test('G2-48 the server describes itself, and everything it lists is there', async (t) => {
  const world = await openWorld(t)
  const answer = await send(world.address, 'GET', METADATA)
  assertStatus(answer, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  const { issuer, scopes_supported: scopes, ...rest } = jsonOf(answer)
  assert.equal(issuer, claimsOf(await world.token())['iss'])
  const methods = ['client_secret_basic', 'client_secret_post']
  assert.deepEqual(rest, {
    token_endpoint: `${world.server.url}/v1/oauth/token`,
    jwks_uri: `${world.server.url}/.well-known/jwks.json`,
    revocation_endpoint: `${world.server.url}/v1/oauth/revoke`,
    introspection_endpoint: `${world.server.url}/v1/oauth/introspect`,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods,
  })
  assert.equal((scopes as string[]).length, 16)
  for (const scope of scopes as string[]) await world.token({ scope })
  const at = (name: keyof typeof rest) => new URL(String(rest[name])).pathname
  assertStatus(await send(world.address, 'GET', at('jwks_uri')), 200)
  for (const name of ['token_endpoint', 'revocation_endpoint', 'introspection_endpoint'] as const) {
    const form = {
      grant_type: 'client_credentials',
      client_id: world.c1.id,
      client_secret: world.c1.secret,
      token: 'x',
    }
    assertStatus(await send(world.address, 'POST', at(name), { form }), 200)
  }
})

test('G2-49 no header of a request moves an address that the server gives out', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const before = await world.state()
  const moving = [
    'Host: evil.example',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Port: 444',
    'Forwarded: host=evil.example;proto=https',
  ]
  const ask = async (line: string, body?: string, ...headers: string[]) => {
    const sized =
      body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]
    const answer = (await rawRequest(world.address, {
      lines: [line, ...moving, ...sized, ...headers],
      body: body ?? '',
    }))!
    assertStatus(answer, 200)
    assert.doesNotMatch(answer.text + JSON.stringify([...answer.headers]), /evil\.example|:444/)
    return jsonOf<Record<string, string>>(answer)
  }
  assert.equal((await ask(`GET ${METADATA} HTTP/1.1`))['issuer'], world.server.url)
  const grant = { grant_type: 'client_credentials', client_id: world.c1.id, client_secret: world.c1.secret }
  const issued = await ask('POST /v1/oauth/token HTTP/1.1', JSON.stringify(grant))
  assert.equal(claimsOf(issued['access_token']!)['iss'], world.server.url)
  assertNothingMoved(before, await world.state())
  const line = `POST /v1/connect/${world.p1}/tokens HTTP/1.1`
  const made = await ask(line, '{"external_user_id":"u1"}', `Authorization: Bearer ${token}`)
  assert.ok(made['connect_link_url']?.startsWith(`${world.server.url}/_static/connect.html?token=ctok_`))
})
