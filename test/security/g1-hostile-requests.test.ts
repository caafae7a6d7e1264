/** G1: requests to the token endpoint as no honest client sends them, and more of them than any sends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '../../src/platform/secret.ts'
import { assertNoCors, assertStatus, assertTokenError, jsonOf, send } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { claimsOf } from './forge.ts'
import { openWorld, type TestClient } from './harness.ts'
import { rawRequest } from './raw-request.ts'

const PATH = '/v1/oauth/token'
const grant = ({ id, secret }: TestClient) => ({
  grant_type: 'client_credentials',
  client_id: id,
  client_secret: secret,
})
const asJson = { 'content-type': 'application/json' }

test('G1-21 a secret is compared as it is: not trimmed, not folded, not normalised', async (t) => {
  const world = await openWorld(t)
  const secret = 'sécret-with-Ångström-0123456789-abcdefgh'.normalize('NFC')
  const client = await world.addClient(world.w1, { secret: new Secret(secret) })
  assertStatus(await send(world.address, 'POST', PATH, { body: grant({ ...client, secret }) }), 200)
  const before = await world.state()
  for (const wrong of [
    `${secret} `,
    ` ${secret}`,
    `${secret}\n`,
    `${secret}\u0000`,
    secret.normalize('NFD'),
    secret.toUpperCase(),
    secret.slice(0, -1),
  ]) {
    const answer = await send(world.address, 'POST', PATH, { body: grant({ ...client, secret: wrong }) })
    assertTokenError(answer, 'invalid_client', 401)
  }
  assertNothingMoved(before, await world.state())
})

test('G1-22 hostile ids are unknown ids', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const ids = [
    "' OR 1=1--",
    '"; drop table api_clients; --',
    'x'.repeat(10_000),
    'a\u0000b',
    '../',
    '__proto__',
    '%',
    '*',
  ]
  for (const id of ids) {
    const body = grant({ id, secret: world.c1.secret })
    assertTokenError(await send(world.address, 'POST', PATH, { body }), 'invalid_client', 401)
    assertTokenError(await send(world.address, 'POST', PATH, { form: body }), 'invalid_client', 401)
  }
  assertNothingMoved(before, await world.state())
  assert.doesNotMatch(world.logged(), /select |drop table|OR 1=1/i)
})

test('G1-23 only POST, and credentials in the address are refused and not logged', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    const answer = await send(world.address, method, PATH)
    assertTokenError(answer, 'invalid_request', 405)
    assert.equal(answer.headers.get('allow'), 'POST')
  }
  const query = new URLSearchParams(grant(world.c1)).toString()
  const address = `${PATH}?${query}`
  assertTokenError(await send(world.address, 'POST', address, { form: {} }), 'invalid_request', 400)
  const both = await send(world.address, 'POST', address, { body: grant(world.c1) })
  assertTokenError(both, 'invalid_request', 400)
  assert.notEqual((await send(world.address, 'GET', address)).status, 200)
  assertNothingMoved(before, await world.state())
  assert.ok(!world.logged().includes(world.c1.secret))
  assert.doesNotMatch(world.logged(), /client_secret|\?grant_type/)
})

test('G1-24 JSON and form are the only media types', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const body = JSON.stringify(grant(world.c1))
  for (const type of [
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ]) {
    const answer = await send(world.address, 'POST', PATH, { body, headers: { 'content-type': type } })
    assertTokenError(answer, 'invalid_request', 415)
  }
  const untyped = await rawRequest(world.address, {
    lines: [`POST ${PATH} HTTP/1.1`, `Content-Length: ${body.length}`],
    body,
  })
  assertTokenError(untyped!, 'invalid_request', 415)
  assertNothingMoved(before, await world.state())
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  assertStatus(await send(world.address, 'POST', PATH, { body, headers }), 200)
})

test('G1-25 a broken body gets the error shape of RFC 6749', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const whole = JSON.stringify(grant(world.c1))
  const bodies = [
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '1',
    whole.slice(0, -1),
    `${whole}x`,
    `\ufeff${whole}`,
    `[${whole}]`,
  ]
  for (const body of bodies) {
    const answer = await send(world.address, 'POST', PATH, { body, headers: asJson })
    assertTokenError(answer, 'invalid_request', 400)
  }
  const utf16 = new Uint8Array(Buffer.from(whole, 'utf16le'))
  assertTokenError(
    await send(world.address, 'POST', PATH, { body: utf16, headers: asJson }),
    'invalid_request',
    400,
  )
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  assertTokenError(
    await send(world.address, 'POST', PATH, { body: '', headers: form }),
    'invalid_request',
    400,
  )

  const chunked = ['Content-Type: application/json', 'Transfer-Encoding: chunked']
  for (const broken of ['5\r\n{"gra', 'zz\r\n{}\r\n0\r\n\r\n']) {
    const cut = await rawRequest(world.address, {
      lines: [`POST ${PATH} HTTP/1.1`, ...chunked],
      body: broken,
      cut: true,
    })
    assert.equal(cut?.status, 400)
    assert.deepEqual(jsonOf(cut), { error: 'The request is not valid HTTP', code: 'invalid_request' })
  }
  assertNothingMoved(before, await world.state())
})

test('G1-31 guessing is slowed down by address, and the client is not locked out', async (t) => {
  const world = await openWorld(t, { env: { HEADGATE_TOKEN_FAILURES_PER_MINUTE: '30' } })
  const before = await world.state()
  const attempt = async (from: string, client: TestClient) => {
    const body = JSON.stringify(grant(client))
    const lines = [
      `POST ${PATH} HTTP/1.1`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ]
    return (await rawRequest(world.address, { lines, body, from }))!
  }
  const statuses: number[] = []
  for (let i = 0; i < 50; i += 1) {
    const answer = await attempt('127.0.0.2', { ...world.c1, secret: `wrong-${i}` })
    statuses.push(answer.status)
    if (answer.status === 429) {
      assertTokenError(answer, 'temporarily_unavailable', 429)
      assert.match(answer.headers.get('retry-after') ?? '', /^([1-9]|[1-5]\d|60)$/)
    } else assertTokenError(answer, 'invalid_client', 401)
  }
  assert.deepEqual(statuses, [...Array<number>(30).fill(401), ...Array<number>(20).fill(429)])
  // The right secret does not help the guesser, and hurts nobody else.
  assertStatus(await attempt('127.0.0.2', world.c1), 429)
  assertStatus(await attempt('127.0.0.3', world.c1), 200)
  assertNothingMoved(before, await world.state())
  world.clock.advance(60_000)
  assertStatus(await attempt('127.0.0.2', world.c1), 200)
})

test('G1-32 a browser gets no CORS header here', async (t) => {
  const world = await openWorld(t)
  const origin = { origin: 'https://app.test' }
  assertNoCors(await send(world.address, 'POST', PATH, { body: grant(world.c1), headers: origin }))
  assertNoCors(await send(world.address, 'POST', PATH, { body: {}, headers: origin }))
  const asking = {
    ...origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  }
  for (const path of [PATH, '/v1/oauth/introspect', '/v1/oauth/revoke']) {
    const preflight = await send(world.address, 'OPTIONS', path, { headers: asking })
    assertNoCors(preflight)
    assert.notEqual(preflight.status, 204)
  }
})

test('G1-33 a thousand tokens, two hundred at a time, are a thousand different tokens', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const ids = new Set<unknown>()
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => send(world.address, 'POST', PATH, { body: grant(world.c1) })),
    )
    for (const answer of answers) {
      assertStatus(answer, 200)
      ids.add(claimsOf(String(jsonOf(answer)['access_token']))['jti'])
    }
  }
  assert.equal(ids.size, 1_000)
  assertNothingMoved(before, await world.state())
})
