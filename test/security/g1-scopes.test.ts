/** G1: which scopes an access token gets, and that a bad request for scopes gets none. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { assertStatus, assertTokenError, jsonOf, send } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { claimsOf } from './forge.ts'
import { openWorld, type TestClient, type World } from './harness.ts'

/** As documented; not taken from the server's code. */
const DOCUMENTED = [
  '*',
  'connect:*',
  'connect:actions:*',
  'connect:triggers:*',
  'connect:accounts:read',
  'connect:accounts:write',
  'connect:deployed_triggers:read',
  'connect:deployed_triggers:write',
  'connect:usage:read',
  'connect:users:read',
  'connect:users:write',
  'connect:tokens:create',
  'connect:proxy',
  'connect:workflow:invoke',
  'connect:projects:read',
  'connect:projects:write',
]

const ask = (world: World, scope: string | undefined, client: TestClient = world.c1) =>
  send(world.address, 'POST', '/v1/oauth/token', {
    body: { grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret, scope },
  })

async function given(world: World, scope: string | undefined, client?: TestClient): Promise<string> {
  const answer = await ask(world, scope, client)
  assertStatus(answer, 200)
  const { access_token: token, scope: said } = jsonOf<{ access_token: string; scope: string }>(answer)
  assert.equal(claimsOf(token)['scope'], said)
  return said
}

async function allRefused(t: TestContext, scopes: readonly string[]): Promise<void> {
  const world = await openWorld(t)
  const before = await world.state()
  for (const scope of scopes) assertTokenError(await ask(world, scope), 'invalid_scope', 400)
  assertNothingMoved(before, await world.state())
}

test('G1-13 an empty scope counts as omitted, a blank one is refused', async (t) => {
  const world = await openWorld(t)
  assert.equal(await given(world, ''), '*')
  const form = {
    grant_type: 'client_credentials',
    client_id: world.c1.id,
    client_secret: world.c1.secret,
    scope: '',
  }
  assert.equal(jsonOf(await send(world.address, 'POST', '/v1/oauth/token', { form }))['scope'], '*')
  const before = await world.state()
  for (const scope of [' ', '   ', '\u0000']) assertTokenError(await ask(world, scope), 'invalid_scope', 400)
  assertNothingMoved(before, await world.state())
})

test('G1-15 one unknown scope refuses the whole request', (t) =>
  allRefused(t, [
    'connect:nope',
    'connect:accounts:read connect:nope',
    'connect:nope connect:accounts:read',
    '* x',
  ]))

test('G1-16 a scope list has single spaces between and nothing else', (t) =>
  allRefused(t, [
    'connect:proxy\tconnect:users:read',
    'connect:proxy\nconnect:users:read',
    'connect:proxy\n',
    'connect:proxy  connect:users:read',
    ' connect:proxy',
    'connect:proxy ',
    '"connect:proxy"',
    'connect:proxy\\',
    'connect:proxу', // the last letter is Cyrillic
    'connect:proxy\u0000',
    'connect:proxy\u00a0connect:users:read',
    'connect:proxy,connect:users:read',
    Array(5_000).fill('connect:proxy').join(' '),
  ]))

test('G1-17 each documented scope is given as asked, duplicates folded, in any order', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  for (const scope of DOCUMENTED) assert.equal(await given(world, scope), scope)
  assert.equal(await given(world, 'connect:proxy connect:proxy'), 'connect:proxy')
  const all = (text: string) => text.split(' ').toSorted()
  assert.deepEqual(all(await given(world, DOCUMENTED.toReversed().join(' '))), DOCUMENTED.toSorted())
  assertNothingMoved(before, await world.state())
})

test('G1-18 asking for no scope gives everything, and the answer says so', async (t) => {
  const world = await openWorld(t)
  assert.equal(await given(world, undefined), '*')
})

test('G1-19 scopes have one letter case and only the documented wildcards', (t) =>
  allRefused(t, [
    'Connect:*',
    'CONNECT:PROXY',
    'connect:accounts:*',
    'connect:**',
    'connect:',
    'connect',
    '**',
  ]))

test("G1-20 a client's ceiling is what it gets at most, and what it gets by default", async (t) => {
  const world = await openWorld(t)
  const limited = await world.addClient(world.w1, { scope: 'connect:accounts:read connect:triggers:*' })
  assert.equal(await given(world, undefined, limited), 'connect:accounts:read connect:triggers:*')
  assert.equal(await given(world, 'connect:accounts:read', limited), 'connect:accounts:read')
  const before = await world.state()
  for (const scope of ['*', 'connect:*', 'connect:accounts:write', 'connect:accounts:read connect:proxy']) {
    assertTokenError(await ask(world, scope, limited), 'invalid_scope', 400)
  }
  assertNothingMoved(before, await world.state())
  const token = String(jsonOf(await ask(world, undefined, limited))['access_token'])
  assertStatus(await send(world.address, 'GET', `/v1/connect/${world.p1}/accounts`, { token }), 200)
  const account = `/v1/connect/${world.p1}/accounts/${world.accounts.a1}`
  assertStatus(await send(world.address, 'DELETE', account, { token }), 403)
})
