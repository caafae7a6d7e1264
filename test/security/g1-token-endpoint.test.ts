/** G1, first half: who may have an access token, and by which way of proving it. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Secret } from '../../src/platform/secret.ts'
import {
  type Answer,
  assertSame,
  assertStatus,
  assertTokenError,
  jsonOf,
  send,
  type Sent,
} from './answers.ts'
import { assertNothingMoved, assertNotKept } from './database-state.ts'
import { openWorld, type TestClient, type World } from './harness.ts'

const PATH = '/v1/oauth/token'
const post = (world: World, sent: Sent) => send(world.address, 'POST', PATH, sent)
const grant = (client: TestClient, more: Record<string, unknown> = {}) => ({
  grant_type: 'client_credentials',
  client_id: client.id,
  client_secret: client.secret,
  ...more,
})
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

function assertIssued(answer: Answer): string {
  assertStatus(answer, 200)
  const { access_token: token, ...rest } = jsonOf(answer)
  assert.match(String(token), /^[\w-]+\.[\w-]+\.[\w-]+$/)
  const { created_at: createdAt, ...fixed } = rest
  assert.deepEqual(fixed, { token_type: 'Bearer', expires_in: 3600, scope: '*' })
  assert.ok(Number.isInteger(createdAt))
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.equal(answer.headers.get('pragma'), 'no-cache')
  assert.equal(answer.headers.get('set-cookie'), null)
  return String(token)
}

/** Opens a world, sends each, and requires of all the same error and Ø. */
async function refused(
  t: TestContext,
  error: string,
  status: number,
  sents: (world: World) => Sent[],
): Promise<void> {
  const world = await openWorld(t)
  const before = await world.state()
  for (const sent of sents(world)) assertTokenError(await post(world, sent), error, status)
  assertNothingMoved(before, await world.state())
}

test('G1-1 id and secret as JSON give an access token that is kept nowhere', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  for (const environment of [undefined, 'production', 'development']) {
    const sent = environment === undefined ? {} : { environment }
    const token = assertIssued(await post(world, { ...sent, body: grant(world.c1) }))
    const after = await world.state()
    assertNothingMoved(before, after)
    assertNotKept(after, world.logged(), [world.c1.secret, token, token.split('.')[2]!])
  }
})

test('G1-2 id and secret as a form give the same', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const token = assertIssued(await post(world, { form: grant(world.c1) }))
  const after = await world.state()
  assertNothingMoved(before, after)
  assertNotKept(after, world.logged(), [world.c1.secret, token])
})

test('G1-3 Basic carries form-encoded id and secret, and only those', async (t) => {
  const world = await openWorld(t)
  const secret = 'left:right+plus%41percent/slash-0123456789'
  const client = await world.addClient(world.w1, { secret: new Secret(secret) })
  const form = { grant_type: 'client_credentials' }
  const authorization = basic(encodeURIComponent(client.id), encodeURIComponent(secret))
  assertIssued(await post(world, { form, headers: { authorization } }))
  // Its own form: a space is a plus, so the raw text means another secret.
  const before = await world.state()
  const raw = { authorization: basic(client.id, secret) }
  assertTokenError(await post(world, { form, headers: raw }), 'invalid_client', 401)
  assertNothingMoved(before, await world.state())
})

test('G1-4 two ways of authentication at once are refused, even when both are right', (t) =>
  refused(t, 'invalid_request', 400, ({ c1 }) => [
    { form: grant(c1), headers: { authorization: basic(c1.id, c1.secret) } },
    { body: grant(c1), headers: { authorization: basic(c1.id, c1.secret) } },
  ]))

test('G1-5 Basic for one client and the id of another are refused', (t) =>
  refused(t, 'invalid_request', 400, ({ c1, c2 }) => [
    {
      form: { grant_type: 'client_credentials', client_id: c2.id },
      headers: { authorization: basic(c1.id, c1.secret) },
    },
  ]))

test('G1-6 a wrong secret by Basic is challenged with Basic, and counted', async (t) => {
  const world = await openWorld(t, { env: { HEADGATE_TOKEN_FAILURES_PER_MINUTE: '2' } })
  const form = { grant_type: 'client_credentials' }
  const headers = { authorization: basic(world.c1.id, 'wrong') }
  const before = await world.state()
  for (const _ of [1, 2]) {
    const answer = await post(world, { form, headers })
    assertTokenError(answer, 'invalid_client', 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm="[^"]+"$/)
  }
  assertTokenError(await post(world, { form, headers }), 'temporarily_unavailable', 429)
  assertNothingMoved(before, await world.state())
})

test('G1-7 a wrong secret in the body is invalid_client', (t) =>
  refused(t, 'invalid_client', 401, ({ c1, c2 }) => [
    { body: grant({ ...c1, secret: 'wrong' }) },
    { form: grant({ ...c1, secret: 'wrong' }) },
    { body: grant({ ...c1, secret: c2.secret }) },
  ]))

test('G1-8 an unknown client and a wrong secret cannot be told apart', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const unknown = { id: 'A'.repeat(world.c1.id.length), secret: world.c1.secret }
  const wrong = { id: world.c1.id, secret: world.c2.secret }
  const first = await post(world, { body: grant(unknown) })
  assertTokenError(first, 'invalid_client', 401)
  for (let i = 0; i < 200; i += 1) {
    assertSame(await post(world, { body: grant(wrong) }), first)
    assertSame(await post(world, { body: grant({ ...unknown, id: unknown.id.slice(3) + i }) }), first)
  }
  assertNothingMoved(before, await world.state())
})

test('G1-9 a missing grant type is invalid_request, missing credentials are invalid_client, and empty is missing', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  for (const value of [undefined, '']) {
    const without = (name: string) => ({ ...grant(world.c1), [name]: value })
    assertTokenError(await post(world, { body: without('grant_type') }), 'invalid_request', 400)
    assertTokenError(await post(world, { body: without('client_id') }), 'invalid_client', 401)
    assertTokenError(await post(world, { body: without('client_secret') }), 'invalid_client', 401)
  }
  const nobody = { grant_type: 'client_credentials' }
  assertTokenError(await post(world, { body: nobody }), 'invalid_client', 401)
  assertTokenError(
    await post(world, { form: { ...nobody, client_id: '', client_secret: '' } }),
    'invalid_client',
    401,
  )
  // An empty parameter counts as omitted, so Basic beside an empty secret is one method, not two.
  const headers = { authorization: basic(world.c1.id, world.c1.secret) }
  assertIssued(await post(world, { form: { ...nobody, client_id: '', client_secret: '' }, headers }))
  assertNothingMoved(before, await world.state())
})

test('G1-10 no other grant is offered, however it is spelt', (t) =>
  refused(t, 'unsupported_grant_type', 400, ({ c1 }) =>
    [
      'authorization_code',
      'password',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'CLIENT_CREDENTIALS',
      ' client_credentials',
      'client_credentials\n',
    ].map((grant_type) => ({ body: grant(c1, { grant_type }) })),
  ))

test('G1-11 a parameter that is no text is refused, never converted', (t) =>
  refused(t, 'invalid_request', 400, ({ c1 }) =>
    (['grant_type', 'client_id', 'client_secret', 'scope'] as const).flatMap((name) => {
      const text = { ...grant(c1), scope: '*' }[name]
      return [[text], { value: text }, {}, 1, true, null].map((value) => ({
        body: grant(c1, { [name]: value }),
      }))
    }),
  ))

test('G1-12 a parameter that comes twice is refused, whichever comes last', (t) =>
  refused(t, 'invalid_request', 400, ({ c1 }) => {
    const form = new URLSearchParams(grant(c1)).toString()
    const json = JSON.stringify(grant(c1))
    const asForm = { 'content-type': 'application/x-www-form-urlencoded' }
    const asJson = { 'content-type': 'application/json' }
    return [
      { body: `${form}&grant_type=client_credentials`, headers: asForm },
      { body: `client_secret=wrong&${form}`, headers: asForm },
      { body: `${form}&client_id=${c1.id}`, headers: asForm },
      { body: `${form}&scope=*&scope=connect:proxy`, headers: asForm },
      { body: `${form}&foo=1&foo=1`, headers: asForm },
      { body: `{"client_secret":"wrong",${json.slice(1)}`, headers: asJson },
      { body: `{"scope":"*","sc\\u006fpe":"connect:proxy",${json.slice(1)}`, headers: asJson },
    ]
  }))

test('G1-14 unknown parameters are ignored, but a second proof of identity is not', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const unknown = { foo: 'x', resource: 'https://a.test', audience: 'b' }
  assertIssued(await post(world, { body: grant(world.c1, unknown) }))
  assertIssued(await post(world, { form: grant(world.c1, unknown) }))
  const assertion = {
    client_assertion: 'a.b.c',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }
  assertTokenError(await post(world, { body: grant(world.c1, assertion) }), 'invalid_request', 400)
  assertNothingMoved(before, await world.state())
})
