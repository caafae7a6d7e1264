/** G4 and G5: a Connect token is the weakest of all callers, whatever its scope says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert400, assert403, assertNoCors, assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { openWorld } from './harness.ts'

test('G4-76 an external user id that is missing or malformed makes no token', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const before = await world.state()
  const bad = [
    undefined,
    null,
    '',
    1,
    true,
    ['u1'],
    { id: 'u1' },
    'x'.repeat(251),
    'a\u0000b',
    'a\nb',
    '\ud800',
  ]
  for (const external_user_id of bad) {
    const sent = { token, body: { external_user_id } }
    assert400(await send(world.address, 'POST', `/v1/connect/${world.p1}/tokens`, sent))
  }
  assertNothingMoved(before, await world.state())
  const longest = { token, body: { external_user_id: 'x'.repeat(250) } }
  assertStatus(await send(world.address, 'POST', `/v1/connect/${world.p1}/tokens`, longest), 200)
})

test('G4-85 a Connect token is bound to its user', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ user: 'somebody-else' })
  const before = await world.state()
  const accounts = `/v1/connect/${world.p1}/accounts`
  const own = jsonOf<{ data: unknown[] }>(await send(world.address, 'GET', accounts, { token }))
  assert.deepEqual(own.data, [], 'no account of another user is listed')
  const mismatch = 'external_user_mismatch'
  assert403(await send(world.address, 'GET', `${accounts}?external_user_id=u1`, { token }), mismatch)
  assert403(
    await send(world.address, 'GET', `/v1/connect/${world.p1}/users/u1/accounts`, { token }),
    mismatch,
  )
  assert403(await send(world.address, 'DELETE', `/v1/connect/${world.p1}/users/u1`, { token }), mismatch)
  for (const method of ['GET', 'DELETE']) {
    assertStatus(await send(world.address, method, `${accounts}/${world.accounts.a1}`, { token }), 404)
  }
  // Nothing of this user's is there to be deleted, and nobody else's goes.
  assertStatus(
    await send(world.address, 'DELETE', `/v1/connect/${world.p1}/apps/acme/accounts`, { token }),
    204,
  )
  assertNothingMoved(before, await world.state())
})

test('G4-86 a Connect token never makes tokens, whatever its scope', async (t) => {
  const world = await openWorld(t)
  for (const scope of ['connect:*', 'connect:tokens:create']) {
    const token = await world.connectToken({ scope })
    const before = await world.state()
    const body = { external_user_id: 'u1' }
    for (const path of [`/v1/connect/${world.p1}/tokens`, '/v1/connect/tokens']) {
      assert403(await send(world.address, 'POST', path, { token, body }), 'caller_not_allowed')
    }
    assertNothingMoved(before, await world.state())
  }
})

test('G4-87 a Connect token never sees credentials, however it asks', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ user: 'u1' })
  const accounts = `/v1/connect/${world.p1}/accounts`
  for (const value of ['true', '1']) {
    for (const path of [
      accounts,
      `${accounts}/${world.accounts.a1}`,
      `/v1/connect/${world.p1}/users/u1/accounts`,
    ]) {
      const answer = await send(world.address, 'GET', `${path}?include_credentials=${value}`, { token })
      assert403(answer, 'credentials_not_allowed')
      assert.doesNotMatch(answer.text, /oauth_access_token|"credentials":/)
    }
  }
  const plain = await send(world.address, 'GET', `${accounts}/${world.accounts.a1}`, { token })
  assertStatus(plain, 200)
  assert.ok(!('credentials' in jsonOf(plain)))
})

test('G4-88 of many connections at once with one token, one makes an account', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ user: 'u-88' })
  const body = (i: number) => ({
    app_slug: 'acme_keys',
    cfmap_json: JSON.stringify({ api_key: `acme_key_${i}` }),
    connect_token: token,
  })
  const accounts = `/v1/connect/${world.p1}/accounts`
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => send(world.address, 'POST', accounts, { token, body: body(i) })),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  for (const refused of answers.filter(({ status }) => status !== 200)) {
    assert.equal(jsonOf(refused)['code'], 'token_used')
  }
  const listed = jsonOf<{ data: unknown[] }>(await send(world.address, 'GET', accounts, { token }))
  assert.equal(listed.data.length, 1)
})

test('G5-102 an origin that is not allowed is refused before any effect, without a readable answer', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ user: 'u1', allowed_origins: ['https://app.test'] })
  const before = await world.state()
  const headers = { origin: 'https://evil.test' }
  for (const [method, path] of [
    ['GET', '/v1/connect/accounts'],
    ['DELETE', `/v1/connect/accounts/${world.accounts.a1}`],
    ['DELETE', '/v1/connect/users/u1'],
  ] as const) {
    const answer = await send(world.address, method, path, { token, headers })
    assert403(answer, 'origin_not_allowed')
    assertNoCors(answer)
  }
  assertNothingMoved(before, await world.state())
})
