/** G1: the life of a client's secret, on every process. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { deleteApiClient, disableApiClient, enableApiClient } from '../../src/api-clients/end-api-client.ts'
import { listClients } from '../../src/api-clients/list-api-clients.ts'
import { rotateClientSecret, type Rotation } from '../../src/api-clients/rotate-client-secret.ts'
import { assert401Invalid, assertStatus, assertTokenError, jsonOf, send } from './answers.ts'
import { assertNotKept, assertOnlyChanged } from './database-state.ts'
import { openWorld, operator, type TestClient, REACH_MS, within, type World } from './harness.ts'

const ask = (address: string, { id, secret }: TestClient) =>
  send(address, 'POST', '/v1/oauth/token', {
    body: { grant_type: 'client_credentials', client_id: id, client_secret: secret },
  })
const use = (address: string, token: string) => send(address, 'GET', '/v1/connect/apps?limit=1', { token })

const rotate = async (world: World, client: TestClient, rotation: Rotation = {}): Promise<TestClient> => {
  const secret = await rotateClientSecret(world.app, world.w1, client.id, operator, rotation)
  return { id: client.id, secret: secret.reveal() }
}

/** A world of two processes; both know the clients and their tokens already, so that what follows is news to them. */
async function twoProcesses(t: TestContext) {
  const world = await openWorld(t, { database: 'postgres' })
  const second = await world.secondProcess()
  const addresses = [world.address, second.address]
  const token = await world.token()
  const other = await world.token({ client: world.c2 })
  for (const address of addresses) {
    for (const known of [token, other]) assertStatus(await use(address, known), 200)
    for (const client of [world.c1, world.c2]) assertStatus(await ask(address, client), 200)
  }
  /** On every process, within the second that is promised. */
  const soon = (status: number, request: (address: string) => ReturnType<typeof send>) =>
    within(REACH_MS, async () => {
      const answers = await Promise.all(addresses.map(request))
      return answers.every((answer) => answer.status === status)
    })
  return { world, addresses, token, other, soon }
}

test('G1-26 rotation ends the old secret on every process, and leaves issued tokens alive', async (t) => {
  const { world, addresses, token, soon } = await twoProcesses(t)
  const before = await world.state()
  const renewed = await rotate(world, world.c1)
  assertTokenError(await ask(world.address, world.c1), 'invalid_client', 401)
  await soon(401, (address) => ask(address, world.c1))
  for (const address of addresses) {
    assertTokenError(await ask(address, world.c1), 'invalid_client', 401)
    assertStatus(await ask(address, renewed), 200)
    assertStatus(await use(address, token), 200)
    assertStatus(await ask(address, world.c2), 200)
  }
  const after = await world.state()
  assertOnlyChanged(before, after, ['api_clients', 'audit_entries'])
  assertNotKept(after, world.logged(), [world.c1.secret, renewed.secret])
})

test('G1-27 a secret is shown when it is made and never again', async (t) => {
  const world = await openWorld(t)
  const client = await world.addClient(world.w1, { name: 'Shown once' })
  const renewed = await rotate(world, client)
  assert.notEqual(renewed.secret, client.secret)
  assertStatus(await ask(world.address, renewed), 200)
  const listed = JSON.stringify(await listClients(world.app, world.w1))
  assert.match(listed, /Shown once/)
  const state = await world.state()
  for (const { secret } of [client, renewed]) {
    assert.ok(!listed.includes(secret))
    assertNotKept(state, world.logged(), [secret])
  }
  assert.doesNotMatch(listed, /digest/)
})

test('G1-28 with a grace period both secrets work until it ends, and one old secret at most', async (t) => {
  const world = await openWorld(t)
  const second = await rotate(world, world.c1, { graceSeconds: 60 })
  for (const client of [world.c1, second]) assertStatus(await ask(world.address, client), 200)
  world.clock.advance(59_000)
  assertStatus(await ask(world.address, world.c1), 200)
  world.clock.advance(1_000)
  assertTokenError(await ask(world.address, world.c1), 'invalid_client', 401)
  assertStatus(await ask(world.address, second), 200)

  const third = await rotate(world, second, { graceSeconds: 60 })
  const fourth = await rotate(world, third, { graceSeconds: 60 })
  assertTokenError(await ask(world.address, second), 'invalid_client', 401)
  for (const client of [third, fourth]) assertStatus(await ask(world.address, client), 200)
  // A rotation without grace ends the one in grace too.
  const fifth = await rotate(world, fourth)
  for (const client of [third, fourth])
    assertTokenError(await ask(world.address, client), 'invalid_client', 401)
  assertStatus(await ask(world.address, fifth), 200)
})

test('G1-29 a disabled or deleted client is out on every process, with all its tokens', async (t) => {
  const { world, addresses, token, other, soon } = await twoProcesses(t)
  await disableApiClient(world.app, world.w1, world.c1.id, operator)
  await soon(401, (address) => use(address, token))
  for (const address of addresses) {
    assert401Invalid(await use(address, token))
    assertTokenError(await ask(address, world.c1), 'invalid_client', 401)
  }
  await enableApiClient(world.app, world.w1, world.c1.id, operator)
  await soon(200, (address) => use(address, token))

  const before = await world.state()
  await deleteApiClient(world.app, world.w1, world.c1.id, operator)
  await soon(401, (address) => use(address, token))
  for (const address of addresses) {
    assert401Invalid(await use(address, token))
    assertTokenError(await ask(address, world.c1), 'invalid_client', 401)
    assertStatus(await use(address, other), 200)
    assertStatus(await ask(address, world.c2), 200)
  }
  assertOnlyChanged(before, await world.state(), ['api_clients', 'audit_entries'])
})

test('G1-30 rotation with "revoke issued tokens" ends every earlier token of this client on every process', async (t) => {
  const { world, addresses, token, other, soon } = await twoProcesses(t)
  const narrow = await world.token({ scope: 'connect:proxy' })
  const renewed = await rotate(world, world.c1, { revokeIssuedTokens: true })
  await soon(401, (address) => use(address, token))
  const later = String(jsonOf(await ask(world.address, renewed))['access_token'])
  for (const address of addresses) {
    for (const earlier of [token, narrow]) assert401Invalid(await use(address, earlier))
    for (const alive of [later, other]) assertStatus(await use(address, alive), 200)
  }
})
