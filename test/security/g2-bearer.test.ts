/** G2: how a bearer token is brought, and what becomes of those that are missing, doubled, misplaced or oversized. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import {
  type Answer,
  assert400,
  assert401Bare,
  assert401Invalid,
  assert403Scope,
  assertStatus,
  jsonOf,
  send,
} from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { claimsOf, encodePart, forge, headerOf, serverKey } from './forge.ts'
import { openWorld, type World } from './harness.ts'
import { rawRequest } from './raw-request.ts'

const accountsOf = (world: World) => `/v1/connect/${world.p1}/accounts`
const withAuthorization = (world: World, authorization: string) =>
  send(world.address, 'GET', accountsOf(world), { headers: { authorization } })

test('G2-35 without credentials the answer is 401 and no hint', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const unknown = await send(world.address, 'GET', '/v1/connect/proj_unknown/accounts')
  for (const answer of [await send(world.address, 'GET', accountsOf(world)), unknown]) assert401Bare(answer)
  assertNothingMoved(before, await world.state())
})

test('G2-36 the scheme may be written in any letter case', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    assertStatus(await withAuthorization(world, `${scheme} ${token}`), 200)
  }
})

test('G2-37 a malformed Authorization header is no credential', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const before = await world.state()
  const headers = [
    'Bearer',
    'Bearer a b',
    `Bearer  ${token}`,
    `Bearer\t${token}`,
    `Bearer ${token} ${token}`,
    `Bearer ${token},${token}`,
    `Bearer "${token}"`,
    `Token ${token}`,
    `Bearer${token}`,
    'Basic eA==',
    token,
    `Basic ${Buffer.from(`${world.c1.id}:${world.c1.secret}`).toString('base64')}`,
  ]
  for (const header of headers) assert401Bare(await withAuthorization(world, header))
  assertNothingMoved(before, await world.state())
})

test('G2-38 two Authorization headers are refused in either order', async (t) => {
  const world = await openWorld(t)
  const good = `Authorization: Bearer ${await world.token()}`
  const before = await world.state()
  for (const pair of [
    [good, 'Authorization: Bearer junk'],
    ['authorization: Bearer junk', good],
    [good, good],
  ]) {
    const answer = (await rawRequest(world.address, {
      lines: [`GET ${accountsOf(world)} HTTP/1.1`, ...pair],
    }))!
    assert400(answer)
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="headgate", error="invalid_request"')
  }
  assertNothingMoved(before, await world.state())
})

test('G2-39 a token outside the header is not looked at and not logged', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const before = await world.state()
  const path = accountsOf(world)
  assert401Bare(await send(world.address, 'GET', `${path}?access_token=${token}`))
  assert401Bare(
    await send(world.address, 'GET', path, { headers: { cookie: `access_token=${token}; token=${token}` } }),
  )
  assert401Bare(await send(world.address, 'POST', path, { form: { access_token: token } }))
  assert401Bare(await send(world.address, 'POST', path, { body: { access_token: token } }))
  assert401Bare(
    await send(world.address, 'GET', path, {
      headers: { 'x-access-token': token, 'proxy-authorization': `Bearer ${token}` },
    }),
  )
  assertNothingMoved(before, await world.state())
  assert.ok(!world.logged().includes(token))
  assert.ok(!world.logged().includes(token.split('.')[2]!))
})

test('G2-56 a bad body is judged last: 401, then 403, then 400', async (t) => {
  const world = await openWorld(t)
  const narrow = await world.token({ scope: 'connect:accounts:read' })
  const right = await world.token({ scope: 'connect:tokens:create' })
  const before = await world.state()
  const path = `/v1/connect/${world.p1}/tokens`
  for (const body of ['{"external_user_id":', '{"external_user_id":5}', '[]']) {
    const sent = { body, headers: { 'content-type': 'application/json' } }
    assert401Bare(await send(world.address, 'POST', path, sent))
    assert401Invalid(await send(world.address, 'POST', path, { ...sent, token: 'junk' }))
    assert403Scope(
      await send(world.address, 'POST', path, { ...sent, token: narrow }),
      'connect:tokens:create',
    )
    assertStatus(
      await send(world.address, 'POST', `/v1/connect/${world.p3}/tokens`, { ...sent, token: right }),
      404,
    )
    assert400(await send(world.address, 'POST', path, { ...sent, token: right }))
  }
  assertNothingMoved(before, await world.state())
})

test('G2-57 an answer with credentials is never stored by anybody between', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const before = await world.state()
  const path = `${accountsOf(world)}/${world.accounts.a2}?include_credentials=true`
  const get = (headers: Record<string, string> = {}) => send(world.address, 'GET', path, { token, headers })
  const answers: Answer[] = [
    await get(),
    await get({ 'if-none-match': '*' }),
    await get({ 'if-none-match': '"x"', 'if-modified-since': new Date(8e12).toUTCString() }),
  ]
  for (const answer of answers) {
    assertStatus(answer, 200)
    assert.match(answer.text, /canary-a2-key/)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.equal(answer.headers.get('etag'), null)
    assert.equal(answer.headers.get('last-modified'), null)
  }
  assertNothingMoved(before, await world.state())
  assert.doesNotMatch(world.logged(), /canary/)
})

test('G2-58 an oversized token is refused, and so are oversized headers', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  assert401Invalid(await withAuthorization(world, `Bearer ${'x'.repeat(12 * 1024)}`))
  const padded = forge((await serverKey(world.app)).privateKey, headerOf(await world.token()), {
    ...claimsOf(await world.token()),
    padding: 'x'.repeat(9 * 1024),
  })
  assert401Invalid(await withAuthorization(world, `Bearer ${padded}`))
  const lines = [`GET ${accountsOf(world)} HTTP/1.1`, `Authorization: Bearer ${'x'.repeat(20 * 1024)}`]
  const answer = (await rawRequest(world.address, { lines }))!
  assertStatus(answer, 431)
  assert.equal(typeof jsonOf(answer)['error'], 'string')
  assertNothingMoved(before, await world.state())
})

test('G2-59 a flood of tokens with random key ids costs no look-up, and the good token keeps working', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const header = headerOf(token)
  const [, claims, signature] = token.split('.')
  const { db } = world.app
  const queries: string[] = []
  const { read } = db
  const counting = new Proxy(read, {
    get(target, name, receiver) {
      if (name === 'selectFrom') {
        return (table: never) => {
          queries.push(String(table))
          return target.selectFrom(table)
        }
      }
      return Reflect.get(target, name, receiver) as unknown
    },
  })
  Object.assign(db, { read: counting })
  t.after(() => Object.assign(db, { read }))

  const started = performance.now()
  const FLOOD = 2_000
  const AT_ONCE = 50
  for (let sent = 0; sent < FLOOD; sent += AT_ONCE) {
    const flood = Array.from({ length: AT_ONCE }, () => {
      const kid = randomBytes(32).toString('base64url')
      const stranger = `${encodePart({ ...header, kid })}.${claims}.${signature}`
      return send(world.address, 'GET', '/v1/connect/apps?limit=1', { token: stranger })
    })
    for (const answer of await Promise.all(flood)) assertStatus(answer, 401)
    assertStatus(await send(world.address, 'GET', '/v1/connect/apps?limit=1', { token }), 200)
  }
  // What a process remembers is read again every half second, whoever asks: keys, denials and the one good client.
  const rounds = Math.ceil((performance.now() - started) / 500) + 1
  assert.ok(queries.length > 0, 'the counter is in place')
  assert.ok(queries.length <= 3 * rounds, `${queries.length} queries for ${FLOOD} strangers`)
})
