/** G11: what a Connect token's webhook_uri is told, and that the token in it is good for nothing when it arrives. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { isOutage } from '../../src/db/outage.ts'
import { connectWorld } from '../connect-world.ts'
import { testDatabases } from '../databases.ts'
import { assert401Invalid, assertStatus, jsonOf, send } from './answers.ts'
import { within } from './harness.ts'
import { openReceiver, signaturesOf } from './webhook-world.ts'

async function openConnectWorld(t: TestContext, databaseUrl?: string) {
  const receiver = await openReceiver(t)
  const world = await connectWorld(t, {
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    egressAllow: [new URL(receiver.url).host],
  })
  const bodies = () => receiver.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
  return { world, receiver, bodies, webhook: { webhook_uri: receiver.url } }
}

/** As whoever reads the receiver's log would use it. */
async function assertRefused(address: string, projectId: string, token: string): Promise<void> {
  const P = `/v1/connect/${projectId}`
  for (const [method, path] of [
    ['GET', `${P}/accounts`],
    ['GET', `/v1/connect/accounts`],
    ['GET', `${P}/users/u1/accounts`],
    ['GET', `/v1/connect/apps`],
    ['DELETE', `${P}/users/u1`],
    ['GET', `${P}/projects/info`],
  ] as const)
    assert401Invalid(await send(address, method, path, { token }))
  const body = { app_slug: 'double_keys', cfmap_json: '{"api_key":"good-key","x":"y"}', connect_token: token }
  assert401Invalid(await send(address, 'POST', `${P}/accounts`, { token, body }))
  const valid = await send(address, 'GET', `/v1/connect/tokens/${token}/validate`)
  assert.equal(jsonOf(valid)['success'], false)
}

for (const database of testDatabases) {
  test(`G11-217, G11-219, G11-227: one CONNECTION_SUCCESS, and its token is spent (${database.name})`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const { world, receiver, bodies, webhook } = await openConnectWorld(t, url)
    const refusals: Promise<void>[] = []
    receiver.behave((request, response) => {
      const { connect_token: token } = JSON.parse(request.body) as { connect_token: string }
      refusals.push(assertRefused(world.server.address, world.projectId, token))
      response.writeHead(200).end()
    })
    const token = await world.token(webhook)
    const { state, cookie } = await world.start(token)
    await world.callback({ code: 'code-1', state }, cookie)
    await receiver.has(1, 5_000)
    await Promise.all(refusals)
    const [body] = bodies()
    const [account] = await world.rows('accounts')
    const [row] = await world.rows('connect_tokens')
    assert.deepEqual(Object.keys(body!), [
      'event',
      'connect_token',
      'environment',
      'connect_session_id',
      'account',
    ])
    assert.equal(body!['event'], 'CONNECTION_SUCCESS')
    assert.equal(body!['connect_token'], token)
    assert.equal(body!['environment'], 'production')
    assert.equal(body!['connect_session_id'], row!.connect_session_id)
    const shown = body!['account'] as { id: string; app: { connect: object } }
    assert.equal(shown.id, account!.id)
    assert.equal(typeof shown.app.connect, 'object')
    assert.match(String(receiver.requests[0]!.headers['content-type']), /^application\/json/)
    assert.doesNotMatch(receiver.requests[0]!.body, /double-(access|refresh)-token|credentials|secret/)
    assert.equal(receiver.requests[0]!.headers['x-pd-signature'], undefined, 'no key, no signature')
    await new Promise((resolve) => setTimeout(resolve, 1_300))
    assert.equal(receiver.requests.length, 1)
    assert.deepEqual((await world.rows('events')).map(({ type }) => type).toSorted(), [
      'account.connected',
      'connection.success',
    ])
    assert.ok(!JSON.stringify(await world.rows('events')).includes(token), 'nor on the streams')
    assert.ok(!JSON.stringify(await world.rows('deliveries')).includes(token), 'sealed at rest')
  })
}

test('G11-218, G11-219: a refusal is told with its code and no internals; the page goes on, the API does not', async (t) => {
  const { world, receiver, bodies, webhook } = await openConnectWorld(t)
  const token = await world.token(webhook)
  const first = await world.start(token)
  await world.callback(
    { error: 'access_denied', error_description: 'internal-12', state: first.state },
    first.cookie,
  )
  await receiver.has(1)
  const [refused] = bodies()
  assert.deepEqual(Object.keys(refused!), [
    'event',
    'connect_token',
    'environment',
    'connect_session_id',
    'error',
    'error_code',
  ])
  assert.equal(refused!['event'], 'CONNECTION_ERROR')
  assert.equal(refused!['error_code'], 'user_refused')
  assert.equal(typeof refused!['error'], 'string')
  assert.doesNotMatch(receiver.requests[0]!.body, /internal-12|access_denied|stack|secret/)
  await assertRefused(world.server.address, world.projectId, token)
  assert.equal((await world.rows('accounts')).length, 0)

  world.answers['/token'] = (_request, response) =>
    void response.writeHead(400).end('{"error":"invalid_grant"}')
  const second = await world.start(token)
  await world.callback({ code: 'code-2', state: second.state }, second.cookie)
  await receiver.has(2)
  assert.equal(bodies()[1]!['error_code'], 'exchange_failed')
  delete world.answers['/token']
})

test('G11-218: keys that the provider refuses on the page are told each time, and what follows is told too', async (t) => {
  const { world, receiver, bodies, webhook } = await openConnectWorld(t)
  const token = await world.token(webhook)
  const values = (key: string) => ({ token, app: 'double_keys', values: { api_key: key } })
  assert.equal((await world.postJson('/connect/keys', values('wrong'))).status, 400)
  await receiver.has(1)
  assert.equal(bodies()[0]!['error_code'], 'keys_refused')
  assert.equal((await world.postJson('/connect/keys', values('good-key'))).status, 200)
  await receiver.has(2)
  assert.equal(bodies()[1]!['event'], 'CONNECTION_SUCCESS')
  assert.ok(!JSON.stringify(bodies()).includes('good-key'))
})

test('G11-219: the exact repeat of the request that made the account still gets it, and no other', async (t) => {
  const { world, receiver, webhook } = await openConnectWorld(t)
  const token = await world.token({ ...webhook })
  const { address } = world.server
  const post = (key: string) =>
    send(address, 'POST', `/v1/connect/${world.projectId}/accounts`, {
      token,
      body: { app_slug: 'double_keys', cfmap_json: `{"api_key":"${key}"}`, connect_token: token },
    })
  assertStatus(await post('wrong'), 400)
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(receiver.requests.length, 0, 'who calls the API hears of it in the answer')
  const made = await post('good-key')
  assertStatus(made, 200)
  await receiver.has(1)
  const again = await post('good-key')
  assertStatus(again, 200)
  assert.equal(jsonOf(again)['id'], jsonOf(made)['id'])
  assert401Invalid(await post('another-key'))
  const other = await world.token()
  const borrowed = await send(address, 'POST', `/v1/connect/${world.projectId}/accounts`, {
    token,
    body: { app_slug: 'double_keys', cfmap_json: '{"api_key":"good-key"}', connect_token: other },
  })
  assert401Invalid(borrowed)
  assert401Invalid(await send(address, 'GET', `/v1/connect/${world.projectId}/accounts`, { token }))
  assert.equal((await world.rows('accounts')).length, 1)
  world.clock.advance(61_000)
  assert401Invalid(await post('good-key'))
})

test('a connection webhook is signed when the project environment has a webhook, which hears of the account', async (t) => {
  const { world, receiver, bodies, webhook } = await openConnectWorld(t)
  const granted = await send(world.server.address, 'POST', '/v1/oauth/token', {
    body: {
      grant_type: 'client_credentials',
      client_id: world.clientId,
      client_secret: world.clientSecret,
    },
  })
  const put = await send(world.server.address, 'PUT', `/v1/connect/${world.projectId}/webhook`, {
    token: String(jsonOf(granted)['access_token']),
    environment: 'production',
    body: { url: receiver.url },
  })
  const key = jsonOf<{ data: { signing_key: string } }>(put).data.signing_key
  const { state, cookie } = await world.start(await world.token(webhook))
  await world.callback({ code: 'code-1', state }, cookie)
  await receiver.has(2)
  for (const request of receiver.requests)
    assert.deepEqual(signaturesOf(request, key), { vendor: true, standard: true })
  assert.deepEqual(
    bodies()
      .map((body) => String(body['event'] ?? body['type']))
      .toSorted(),
    ['CONNECTION_SUCCESS', 'account.connected'],
  )
})

test('G11-227: what is not committed is not told, and what is told was committed', async (t) => {
  const { world, receiver, webhook } = await openConnectWorld(t)
  const token = await world.token(webhook)
  const { write } = world.app.db
  let broken = false
  world.app.db.write = (work) =>
    write(async (tx) => {
      const result = await work(tx)
      // The last moment before the commit of the connection.
      const rows = await tx.selectFrom('events').select('id').execute()
      if (rows.length > 0 && !broken) {
        broken = true
        throw Object.assign(new Error('the database is gone'), { code: 'ECONNRESET' })
      }
      return result
    })
  assert.ok(isOutage(Object.assign(new Error('the database is gone'), { code: 'ECONNRESET' })))
  const values = { token, app: 'double_keys', values: { api_key: 'good-key' } }
  assert.ok((await world.postJson('/connect/keys', values)).status >= 500)
  assert.ok(broken)
  assert.deepEqual(await world.rows('events'), [])
  assert.deepEqual(await world.rows('accounts'), [])
  assert.equal((await world.postJson('/connect/keys', values)).status, 200)
  await receiver.has(1)
  await within(2_000, async () => (await world.rows('deliveries'))[0]?.status === 'delivered')
  assert.equal(receiver.requests.length, 1)
})
