/** G4: in which project and environment a Connect token is made. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert400, assert404Same, assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved, changesBetween } from './database-state.ts'
import { openWorld, type World } from './harness.ts'
import { rawRequest } from './raw-request.ts'

const pathOf = (world: World, project = world.p1) => `/v1/connect/${project}/tokens`

// decisions 3.7 wins over D10: some clients lose the header, so a missing one means production.
test('G4-80 the environment is production, development or an error', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const body = JSON.stringify({ external_user_id: 'u1' })
  const post = async (...environments: string[]) =>
    rawRequest(world.address, {
      lines: [
        `POST ${pathOf(world)} HTTP/1.1`,
        `Authorization: Bearer ${token}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        ...environments.map((value) => `x-pd-environment: ${value}`),
      ],
      body,
    })
  const before = await world.state()
  const wrong = [
    ['staging'],
    ['PRODUCTION'],
    ['Development'],
    [''],
    ['production,development'],
    ['*'],
    ['prod'],
  ]
  wrong.push(['production', 'development'], ['development', 'production'], ['production', 'production'])
  for (const values of wrong) {
    const answer = await post(...values)
    assert.ok(answer)
    assert.equal(answer.status, 400, JSON.stringify(values))
    assert400(answer)
  }
  assertNothingMoved(before, await world.state())

  for (const [sent, stored] of [
    [[], 'production'],
    [['production'], 'production'],
    [['development'], 'development'],
  ] as const) {
    const answer = await post(...sent)
    assert.ok(answer)
    assertStatus(answer, 200)
    const made = String(jsonOf(answer)['token'])
    const accounts = await send(world.address, 'GET', `/v1/connect/${world.p1}/accounts`, { token: made })
    const ids = jsonOf<{ data: { id: string }[] }>(accounts).data.map(({ id }) => id)
    assert.deepEqual(ids, [stored === 'production' ? world.accounts.a1 : world.accounts.a1d])
  }
})

test('G4-81 no other project', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const limited = await world.addClient(world.w1, { projectIds: [world.p2] })
  const limitedToken = await world.token({ client: limited })
  const body = { external_user_id: 'u1' }
  const before = await world.state()
  const unknown = await send(world.address, 'POST', pathOf(world, 'proj_0123456789abcdef'), { token, body })
  const foreign = [
    world.p3,
    'proj_unknown',
    'proj_',
    `${world.p3}%00`,
    `${world.p1}x`,
    world.p1.toLowerCase(),
    'proj_%2e%2e%2fx',
  ]
  for (const project of foreign)
    assert404Same(await send(world.address, 'POST', pathOf(world, project), { token, body }), unknown)
  assert404Same(await send(world.address, 'POST', pathOf(world), { token: limitedToken, body }), unknown)
  for (const path of [`/v1/connect/proj_../x/tokens`, `/v1/connect/proj_..%2f${world.p3}/tokens`]) {
    const lines = [
      `POST ${path} HTTP/1.1`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      'Content-Length: 25',
    ]
    const answer = await rawRequest(world.address, { lines, body: JSON.stringify(body) })
    assert.ok(answer)
    assertStatus(answer, 404)
    assert.equal(answer.text, unknown.text)
  }
  const changes = changesBetween(before, await world.state()).filter(({ table }) => table !== 'api_clients')
  assert.deepEqual(changes, [])
})
