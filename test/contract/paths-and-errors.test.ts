/** The contract at its edges: the ways in which clients really write a path, and every kind of refusal. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertBody, type ContractWorld, contractWorld } from './contract-world.ts'
import { send } from './send.ts'

let world: ContractWorld
before(async () => {
  world = await contractWorld()
})
after(() => world.close())

const UNKNOWN_TOKEN = `ctok_${'0'.repeat(32)}`
const NOT_FOUND = '{"error":"Not found"}'

test('the ways in which clients really write a path', async () => {
  const { call, P, projectId } = world
  const { id } = await world.account('user/1')
  await world.account('user')
  const token = await world.connectToken('user/1')

  const accounts = await call(200, 'Accounts', 'GET', `${P}/users/user%2F1/accounts`)
  assert.deepEqual(
    (accounts as unknown as { id: string }[]).map((one) => one.id),
    [id],
  )
  await call(404, 'Error', 'GET', `${P}/users/user/1/accounts`)

  const same: [path: string, token?: string][] = [
    [`${P}/accounts/${id}`],
    [`${P}/accounts/${id}/`],
    [`//v1//connect/${projectId}//accounts/${id}`],
    [`/v1/connect//accounts/${id}`, token],
    [`/v1/connect/accounts/${id}/`, token],
    [`/v1/connect/accounts/${id}`, token],
  ]
  for (const [path, token] of same) {
    const found = await call(200, 'Account', 'GET', path, token === undefined ? {} : { token })
    assert.equal(found.id, id)
  }
  // An access token names no project of its own.
  for (const path of [`/v1/connect/accounts`, `/v1/connect/projects/info`, '/v1/connect//users'])
    await call(400, 'Error', 'GET', path)

  await call(204, 'nothing', 'DELETE', `${P}/users/user%2F1`)
  assert.equal((await call<unknown[]>(200, 'Accounts', 'GET', `${P}/users/user/accounts`)).length, 1)
})

test('the environment: a missing header means production, and a Connect token brings its own', async () => {
  const { P, accessToken, address } = world
  const { id } = await world.account('somewhere')
  const path = `${P}/accounts/${id}`
  for (const [status, sent] of [
    [200, { token: accessToken, environment: 'development' }],
    [404, { token: accessToken, environment: 'production' }],
    [404, { token: accessToken }],
    [200, { token: await world.connectToken('somewhere') }],
    // Some clients send a default that disagrees.
    [200, { token: await world.connectToken('somewhere'), environment: 'production' }],
  ] as const) {
    const answer = await send(address, 'GET', path, sent)
    assert.equal(answer.status, status, JSON.stringify(sent))
    assertBody(answer, status === 200 ? 'Account' : 'Error')
  }
})

test('errors are 401, 403, 404 and 400, in this order, with one shape', async () => {
  const { call, raw, P } = world
  for (const path of [`${P}/accounts`, '/v1/connect/apps', `${P}/oauth_apps`]) {
    const bare = await raw('GET', path)
    assert.equal(bare.status, 401)
    assertBody(bare, 'Error')
    for (const token of ['nonsense', UNKNOWN_TOKEN]) await call(401, 'Error', 'GET', path, { token })
  }
  const narrow = await raw('POST', '/v1/oauth/token', {
    body: { grant_type: 'client_credentials', ...world.credentials, scope: 'connect:accounts:read' },
  })
  const token = assertBody<{ access_token: string }>(narrow, 'AccessToken').access_token
  await call(403, 'Error', 'GET', `${P}/users`, { token })
  await call(403, 'Error', 'GET', '/v1/connect/proj_unknown/users', { token })
  const connectToken = await world.connectToken('refused')
  for (const path of ['users', 'oauth_apps'])
    await call(403, 'Error', 'GET', `${P}/${path}`, { token: connectToken })
  await call(403, 'Error', 'POST', `${P}/tokens`, { token: connectToken, body: { external_user_id: 'u' } })

  const foreign = await raw('GET', '/v1/connect/proj_unknown/accounts?limit=none', {
    token: world.accessToken,
  })
  assert.equal(foreign.status, 404)
  assert.equal(foreign.text, NOT_FOUND)
  for (const path of ['/v1/connect/nowhere/at/all', '/v2', `${P}/unknown`])
    await call(404, 'Error', 'GET', path)
  await call(400, 'Error', 'GET', `${P}/accounts`, { environment: 'staging' })
  for (const query of ['limit=0', 'limit=ten', 'after=!', 'include_credentials=yes'])
    await call(400, 'Error', 'GET', `${P}/accounts?${query}`)
  for (const path of [`${P}/users`, `${P}/oauth_apps`, '/v1/connect/apps'])
    await call(400, 'Error', 'GET', `${path}?before=not-a-cursor`)
})

test('too many guesses at a Connect token: 429, with a whole number of seconds to wait', async () => {
  // Of its own: the whole address has to wait.
  const { raw, close } = await contractWorld()
  try {
    const guess = () => raw('GET', `/v1/connect/tokens/${UNKNOWN_TOKEN}/validate`)
    let answer = await guess()
    for (let i = 0; answer.status === 200 && i < 1000; i++) answer = await guess()
    assert.equal(answer.status, 429)
    assert.equal(assertBody<{ error: string }>(answer, 'Error').error, 'Throttled')
    assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/)
    assert.match(String(answer.headers['x-ratelimit-limit']), /^[1-9]\d*$/)
    assert.equal(answer.headers['x-ratelimit-remaining'], '0')
    // Epoch seconds: an SDK reads a delta as a moment in 1970 and ignores it (contract 3.2).
    assert.ok(Number(answer.headers['x-ratelimit-reset']) > 1_700_000_000)
  } finally {
    await close()
  }
})
