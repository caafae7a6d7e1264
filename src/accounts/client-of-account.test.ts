/** Accounts that are refreshed in another way than most: with a client of their own, with the access token, with further parameters. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { namedWorld, TOKENS, type World } from '../../test/connect-world.ts'
import { reply } from '../upstream/local-server.ts'

const HOUR = 3_600_000

const readingWorld = (t: TestContext, oauth: object, more: object = {}) =>
  namedWorld(t, { scopes: { default: ['read'] }, ...oauth }, more)

interface Credentials {
  healthy: boolean
  error: string | null
  credentials?: Record<string, string>
}

async function read(world: World): Promise<Credentials> {
  const token = await fetch(new URL('/v1/oauth/token', world.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: world.server.clientId,
      client_secret: world.server.clientSecret,
    }),
  })
  const { access_token } = (await token.json()) as { access_token: string }
  const [account] = await world.rows('accounts')
  const answer = await world.request(
    `/v1/connect/${world.projectId}/accounts/${account?.id}?include_credentials=true`,
    { headers: { authorization: `Bearer ${access_token}`, 'x-pd-environment': 'production' } },
  )
  assert.equal(answer.status, 200)
  return (await answer.json()) as Credentials
}

async function connect(world: World, members: Record<string, string> = {}): Promise<void> {
  const { state, cookie } = await world.start(await world.token(), members)
  const answer = await world.callback({ code: 'c', state }, cookie)
  assert.equal(answer.status, 303)
  assert.equal((await world.rows('accounts')).length, 1, world.logged())
}

test('A14, servicenow: an account whose person brought the client is refreshed with it', async (t) => {
  const world = await readingWorld(
    t,
    { client_credentials_source: 'custom_fields' },
    { custom_fields: [{ name: 'client_id' }, { name: 'client_secret', type: 'password' }] },
  )
  await world.app.db.write((tx) => tx.deleteFrom('oauth_apps').execute())
  world.answers['/token'] = ({ form }, response) => {
    const isTheirs = form.get('client_id') === 'their-client' && form.get('client_secret') === 'their-secret'
    if (!isTheirs) return reply(response, 401, { error: 'invalid_client' })
    return form.get('grant_type') === 'refresh_token'
      ? reply(response, 200, { ...TOKENS, access_token: 'fresh', scope: 'read' })
      : reply(response, 200, { ...TOKENS, scope: 'read' })
  }
  const { state, cookie, authorize } = await world.start(await world.token(), {
    'field.client_id': 'their-client',
    'field.client_secret': 'their-secret',
  })
  assert.equal(authorize.searchParams.get('client_id'), 'their-client')
  const callbackId = new URL(authorize.searchParams.get('redirect_uri') ?? '').pathname.split('/')[3]
  assert.equal((await world.callback({ code: 'c', state }, cookie, callbackId)).status, 303)
  world.clock.advance(2 * HOUR)
  const { healthy, error, credentials } = await read(world)
  assert.deepEqual([healthy, error, credentials?.['oauth_access_token']], [true, null, 'fresh'])
})

test('F4, F6, instagram_business: without a refresh token the access token is refreshed, once it is old enough', async (t) => {
  const day = 24 * HOUR
  const world = await readingWorld(t, {
    refresh_request: {
      method: 'GET',
      url: 'https://idp.test/refresh_access_token',
      auth: 'none',
      query: { grant_type: 'ig_refresh_token', access_token: '{{access_token}}' },
    },
    lifecycle: { min_age_s: 86_400, refresh_idle_ttl_s: 5_184_000 },
  })
  const { refresh_token: _none, ...tokens } = TOKENS
  world.answers['/token'] = (_request, response) =>
    reply(response, 200, { ...tokens, scope: 'read', expires_in: 5_184_000 })
  let asked = 0
  world.answers['/refresh_access_token'] = ({ query }, response) => {
    asked += 1
    return query.get('access_token') === 'double-access-token'
      ? reply(response, 200, { access_token: 'double-2', token_type: 'bearer', expires_in: 5_184_000 })
      : reply(response, 400, { error: { type: 'OAuthException', code: 190 } })
  }
  await connect(world)
  const [credentials] = await world.rows('credentials')
  assert.equal(credentials?.kind, 'refreshable')
  world.clock.advance(day / 2)
  await read(world)
  assert.equal(asked, 0)
  world.clock.advance(31 * day)
  assert.equal((await read(world)).credentials?.['oauth_access_token'], 'double-2')
  assert.equal(asked, 1)
  const [after] = await world.rows('credentials')
  assert.equal(after?.kind, 'refreshable', 'and it stays so')
})

test('D5, I2, linear, zendesk: without a refresh token the account is one that nobody refreshes', async (t) => {
  const world = await readingWorld(t, { lifecycle: { refresh_token_issued: 'always', rotates: 'always' } })
  const { refresh_token: _none, ...tokens } = TOKENS
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...tokens, scope: 'read' })
  await connect(world)
  const [credentials] = await world.rows('credentials')
  assert.equal(credentials?.kind, 'static')
  world.clock.advance(2 * HOUR)
  await read(world)
  assert.equal(world.provided('/token').length, 1)
})

test('F5, zoho_crm: a refresh may name the callback address of its OAuth app again', async (t) => {
  const world = await readingWorld(t, { refresh_params: { redirect_uri: '{{redirect_uri}}' } })
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'read' })
  await connect(world)
  world.clock.advance(2 * HOUR)
  await read(world)
  const [exchange, refresh] = world.provided('/token')
  assert.equal(refresh?.form.get('grant_type'), 'refresh_token')
  assert.equal(refresh?.form.get('redirect_uri'), exchange?.form.get('redirect_uri'))
})

test('C2, C3, zendesk: numbers and truth values go out as what they are in JSON, as texts in a form', async (t) => {
  for (const [token_body, expected] of [
    ['json', { expires_in: 3600, expiring: true, note: 'read' }],
    ['form', { expires_in: '3600', expiring: 'true', note: 'read' }],
  ] as const) {
    const world = await readingWorld(t, {
      token_body,
      token_params: { expires_in: 3600, expiring: true, note: '{{scopes}}' },
    })
    world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'read' })
    await connect(world)
    const [sent] = world.provided('/token')
    const body =
      token_body === 'json'
        ? (JSON.parse(sent?.body ?? '') as Record<string, unknown>)
        : Object.fromEntries(sent?.form ?? [])
    const { expires_in, expiring, note } = body
    assert.deepEqual({ expires_in, expiring, note }, expected)
  }
})

test('A14: customOauthClient: the person’s own client serves the exchange and every refresh, and not the developer’s', async (t) => {
  for (const secret of ['their-secret', undefined]) {
    const world = await readingWorld(t, { client_auth: 'basic_if_secret' })
    world.answers['/token'] = ({ form, headers }, response) => {
      const basic = Buffer.from((headers.authorization ?? '').slice('Basic '.length), 'base64').toString()
      const isTheirs =
        secret === undefined ? form.get('client_id') === 'their-client' : basic === `their-client:${secret}`
      if (!isTheirs) return reply(response, 401, { error: 'invalid_client' })
      return form.get('grant_type') === 'refresh_token'
        ? reply(response, 200, { ...TOKENS, access_token: 'fresh', scope: 'read' })
        : reply(response, 200, { ...TOKENS, scope: 'read' })
    }
    const { state, cookie, authorize } = await world.start(await world.token(), {
      customOauthClient: 'true',
      'client.id': 'their-client',
      ...(secret === undefined ? {} : { 'client.secret': secret }),
    })
    assert.equal(authorize.searchParams.get('client_id'), 'their-client')
    const callbackId = new URL(authorize.searchParams.get('redirect_uri') ?? '').pathname.split('/')[3]
    assert.notEqual(callbackId, world.oauthAppId)
    assert.equal((await world.callback({ code: 'c', state }, cookie, callbackId)).status, 303)
    assert.equal((await world.rows('accounts'))[0]?.oauth_app_id, null)
    world.clock.advance(2 * HOUR)
    const { error, credentials } = await read(world)
    assert.deepEqual([error, credentials?.['oauth_access_token']], [null, 'fresh'])
    assert.ok(!world.logged().includes('their-secret'))
  }
})

test('A14: where the developer has named an OAuth app, nobody puts a client of his own in its place', async (t) => {
  const world = await readingWorld(t, {})
  const token = await world.token({ oauth_app_id: world.oauthAppId })
  const answer = await world.postJson('/connect/attempts', {
    token,
    app: 'double',
    oauthAppId: world.oauthAppId,
    ownClient: { id: 'their-client', secret: 'their-secret' },
  })
  assert.equal(answer.status, 400)
  assert.equal(((await answer.json()) as { code: string }).code, 'app_mismatch')
})
