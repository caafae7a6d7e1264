/** G2: asking whether a token is good, and ending one (RFC 7662, RFC 7009). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert401Invalid, assertStatus, assertTokenError, jsonOf, send, type Sent } from './answers.ts'
import { assertNothingMoved, assertOnlyChanged, changesBetween } from './database-state.ts'
import { claimsOf } from './forge.ts'
import { openWorld, type TestClient, REACH_MS, within, type World } from './harness.ts'

const as = ({ id, secret }: TestClient) => ({ client_id: id, client_secret: secret })
const introspect = (world: World, client: TestClient, token: string) =>
  send(world.address, 'POST', '/v1/oauth/introspect', { form: { ...as(client), token } })
const revoke = (world: World, client: TestClient, form: Record<string, string>) =>
  send(world.address, 'POST', '/v1/oauth/revoke', { form: { ...as(client), ...form } })
const use = (address: string, token: string) => send(address, 'GET', '/v1/connect/apps?limit=1', { token })

test('G2-50 a client may ask about its own token', async (t) => {
  const world = await openWorld(t)
  const token = await world.token({ scope: 'connect:proxy connect:users:read' })
  const before = await world.state()
  const answer = await introspect(world, world.c1, token)
  assertStatus(answer, 200)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const { gen: _gen, ...claims } = claimsOf(token)
  assert.deepEqual(jsonOf(answer), { active: true, token_type: 'Bearer', ...claims })
  const authorization = `Basic ${Buffer.from(`${world.c1.id}:${world.c1.secret}`).toString('base64')}`
  const byBasic: Sent = { form: { token }, headers: { authorization } }
  assert.deepEqual(jsonOf(await send(world.address, 'POST', '/v1/oauth/introspect', byBasic)), jsonOf(answer))
  assertNothingMoved(before, await world.state())
})

test('G2-51 about anything else the answer is that it is not active, and nothing more', async (t) => {
  const world = await openWorld(t)
  const expired = await world.token()
  world.clock.advance(3_606_000)
  const [good, revoked, foreign] = [
    await world.token(),
    await world.token(),
    await world.token({ client: world.c9 }),
  ]
  assertStatus(await revoke(world, world.c1, { token: revoked }), 200)
  const gone = await world.addClient(world.w1)
  const ofGone = await world.token({ client: gone })
  await world.app.db.write((tx) => tx.deleteFrom('api_clients').where('id', '=', gone.id).execute())
  world.app.accessTokens.forget(gone.id)
  const connectToken = await world.connectToken()
  const before = await world.state()
  const others = [
    'junk',
    'a.b.c',
    expired,
    revoked,
    foreign,
    ofGone,
    connectToken,
    world.c1.secret,
    world.c1.id,
    `${good}x`,
    `${good} `,
    'x'.repeat(20_000),
  ]
  for (const token of others) {
    const answer = await introspect(world, world.c1, token)
    assertStatus(answer, 200)
    assert.equal(answer.text, '{"active":false}')
  }
  assert.equal(jsonOf(await introspect(world, world.c1, good))['active'], true)
  assert.equal(jsonOf(await introspect(world, world.c9, foreign))['active'], true)
  assertNothingMoved(before, await world.state())
})

test('G2-52 who does not prove to be a client learns nothing', async (t) => {
  const world = await openWorld(t)
  const [token, other] = [await world.token(), await world.token({ client: world.c2 })]
  const before = await world.state()
  const strangers: Sent[] = [
    { form: { token } },
    { form: { token }, token: other },
    { form: { token }, token },
    { form: { token, client_id: world.c1.id } },
    { form: { ...as({ ...world.c1, secret: 'wrong' }), token } },
  ]
  for (const path of ['/v1/oauth/introspect', '/v1/oauth/revoke']) {
    for (const sent of strangers) {
      assertTokenError(await send(world.address, 'POST', path, sent), 'invalid_client', 401)
    }
  }
  assertStatus(await use(world.address, token), 200)
  assertNothingMoved(before, await world.state())
})

test('G2-53 a revoked token is out on every process, also after a restart', async (t) => {
  const world = await openWorld(t, { database: 'postgres' })
  const second = await world.secondProcess()
  const [token, sibling] = [await world.token(), await world.token()]
  for (const address of [world.address, second.address]) assertStatus(await use(address, token), 200)
  const before = await world.state()
  const answer = await revoke(world, world.c1, { token })
  assertStatus(answer, 200)
  assert.equal(answer.text, '')
  assert401Invalid(await use(world.address, token))
  await within(REACH_MS, async () => (await use(second.address, token)).status === 401)
  assert401Invalid(await use(second.address, token))
  const after = await world.state()
  assertOnlyChanged(before, after, ['denials', 'audit_entries'])

  assertStatus(await revoke(world, world.c1, { token }), 200)
  assert.deepEqual(changesBetween(after, await world.state()), [], 'a repeat changes nothing')
  await second.close()
  const restarted = await world.secondProcess()
  assert401Invalid(await use(restarted.address, token))
  for (const address of [world.address, restarted.address]) assertStatus(await use(address, sibling), 200)
  // The denial outlives the token, however the clocks differ, and then goes.
  world.clock.advance(3_600_000)
  assert401Invalid(await use(restarted.address, token))
})

test('G2-54 revoking an unknown token succeeds, revoking none does not, and the hint is ignored', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const before = await world.state()
  for (const unknown of ['junk', 'a.b.c', `ctok_${'0'.repeat(32)}`, `${token}x`]) {
    const answer = await revoke(world, world.c1, { token: unknown })
    assertStatus(answer, 200)
    assert.equal(answer.text, '')
  }
  assertTokenError(await revoke(world, world.c1, {}), 'invalid_request', 400)
  assertTokenError(await revoke(world, world.c1, { token: '' }), 'invalid_request', 400)
  assertNothingMoved(before, await world.state())
  assertStatus(await use(world.address, token), 200)
  assertStatus(await revoke(world, world.c1, { token, token_type_hint: 'refresh_token' }), 200)
  assert401Invalid(await use(world.address, token))
})

test("G2-55 another client's token is not revoked, not even one of the same workspace", async (t) => {
  const world = await openWorld(t)
  for (const client of [world.c9, world.c2]) {
    const theirs = await world.token({ client })
    const before = await world.state()
    assertTokenError(await revoke(world, world.c1, { token: theirs }), 'unauthorized_client', 400)
    assertNothingMoved(before, await world.state())
    assertStatus(await use(world.address, theirs), 200)
  }
})
