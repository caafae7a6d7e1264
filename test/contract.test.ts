/** The wire contract of the Connect API, held against a real server: every endpoint, with its status, content type and shape. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { routePolicies } from '../src/access/route-policies.ts'
import { assertBody, type ContractWorld, contractWorld } from './contract/contract-world.ts'
import { callSettings } from './contract/call-settings.ts'
import { walkPages } from './contract/walk-pages.ts'

let world: ContractWorld
before(async () => {
  world = await contractWorld()
})
after(() => world.close())

const UNKNOWN_TOKEN = `ctok_${'0'.repeat(32)}`

test('an access token is issued to JSON, to a form and to HTTP Basic', async () => {
  const { raw, credentials } = world
  const { client_id, client_secret } = credentials
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const basic = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
  const grant = { grant_type: 'client_credentials' }
  const ways = [
    { body: { ...grant, ...credentials, scope: 'connect:accounts:read' } },
    // As TS 1.8.0 sends it, with parameters of its own.
    {
      body: new URLSearchParams({
        ...grant,
        ...credentials,
        project_id: world.projectId,
        environment: 'development',
      }).toString(),
      headers: form,
    },
    { body: new URLSearchParams(grant).toString(), headers: { ...form, authorization: basic } },
  ]
  for (const sent of ways) {
    const answer = await raw('POST', '/v1/oauth/token', sent)
    assert.equal(answer.status, 200, answer.text)
    assert.equal(assertBody<{ expires_in: number }>(answer, 'AccessToken').expires_in, 3600)
    assert.match(String(answer.headers['cache-control']), /no-store/)
  }
  const refused = [
    [401, { ...grant, client_id, client_secret: 'wrong' }, 'invalid_client'],
    [400, { ...credentials, grant_type: 'password' }, 'unsupported_grant_type'],
    [400, { ...grant, ...credentials, scope: 'connect:nothing' }, 'invalid_scope'],
    [400, 'not json', 'invalid_request'],
  ] as const
  for (const [status, body, error] of refused) {
    const headers = { 'content-type': 'application/json' }
    const answer = await raw('POST', '/v1/oauth/token', { body, headers })
    assert.equal(answer.status, status, answer.text)
    assert.equal(assertBody<{ error: string }>(answer, 'OAuthError').error, error)
  }
})

test('apps and categories, under both names, for both kinds of token', async () => {
  const { call, raw } = world
  const token = await world.connectToken('reader')
  const { data } = await call(200, 'AppAnswer', 'GET', '/v1/connect/apps/acme')
  const { id } = data as unknown as { id: string }
  await call(200, 'AppAnswer', 'GET', `/v1/connect/apps/${id}`, { token })
  await call(200, 'AppPage', 'GET', '/v1/connect/apps?q=acme&sort_key=name&sort_direction=asc', { token })
  const none = await call(200, 'AppPage', 'GET', '/v1/connect/apps?has_actions=1')
  assert.equal(none.data.length, 0)
  await call(404, 'Error', 'GET', '/v1/connect/apps/no_such_app')

  const categories = await call<{ id: string }[]>(200, 'AppCategories', 'GET', '/v1/connect/app_categories')
  assert.ok(categories.length > 1)
  const [first, second] = categories.map((category) => category.id)
  await call(200, 'AppCategory', 'GET', `/v1/connect/app_categories/${first}`, { token })
  await call(404, 'Error', 'GET', '/v1/connect/app_categories/appcat_none')
  const repeated = await call(
    200,
    'AppPage',
    'GET',
    `/v1/connect/apps?category_ids=${first}&category_ids=${second}`,
  )
  const joined = await call(200, 'AppPage', 'GET', `/v1/connect/apps?category_ids=${first},${second}`)
  assert.ok(repeated.data.length > 0)
  assert.deepEqual(joined, repeated)

  for (const rest of ['apps?limit=3', 'apps/acme', 'app_categories', `app_categories/${first}`]) {
    const named = await raw('GET', `/v1/connect/${rest}`, { token })
    const alias = await raw('GET', `/v1/${rest}`, { token })
    assert.equal(alias.status, 200)
    assert.equal(alias.text, named.text)
  }
})

test('every app of the catalogue has the shape that the strictest client reads', async () => {
  const ids = await walkPages(
    world,
    'AppPage',
    '/v1/connect/apps?',
    100,
    world.app.catalog.current.list().length,
  )
  assert.ok(ids.length > 10)
})

test('a Connect token is created, and validated without a bearer or with any', async () => {
  const { call, raw, P } = world
  const body = {
    external_user_id: 'validated',
    expires_in: 60,
    allowed_origins: ['https://app.example.com'],
    success_redirect_uri: 'https://app.example.com/done',
    external_id: 'validated',
  }
  const made = await call<{ token: string; expires_at: string }>(200, 'ConnectToken', 'POST', `${P}/tokens`, {
    body,
  })
  const left = Date.parse(made.expires_at) - Date.now()
  assert.ok(left > 50_000 && left <= 60_000, `${left} ms`)

  const path = `/v1/connect/tokens/${made.token}/validate`
  for (const query of ['', '?app_id=acme', '?app_id=acme_keys']) {
    const answer = await raw('GET', path + query)
    assert.equal(answer.status, 200)
    const good = assertBody<Record<string, unknown>>(answer, 'GoodToken')
    assert.equal(good['project_id'], world.projectId)
    assert.equal(good['project_environment'], 'development')
    assert.equal(good['success_redirect_uri'], body.success_redirect_uri)
    assert.equal(good['app'] === null, query === '')
  }
  await call(200, 'GoodToken', 'GET', path)
  await call(200, 'GoodToken', 'GET', path, { token: 'whatever' })
  await call(200, 'BadToken', 'GET', `/v1/connect/tokens/${UNKNOWN_TOKEN}/validate`)
  const refused: object[] = [
    {},
    { external_user_id: 'x'.repeat(251) },
    { external_user_id: 'u', expires_in: 0 },
    { external_user_id: 'u', expires_in: 14_401 },
    { external_user_id: 'u', scope: '*' },
  ]
  for (const body of refused) await call(400, 'Error', 'POST', `${P}/tokens`, { body })
})

test('an account is created bare, and an exact repeat gives the same one', async () => {
  const { call, P } = world
  const token = await world.connectToken('creator')
  const body = { app_slug: 'acme_keys', cfmap_json: '{"api_key":"acme_demo_key"}', connect_token: token }
  // With the Connect token as bearer, without a project, as a browser sends it.
  const path = '/v1/connect/accounts?external_user_id=creator'
  const made = await call(200, 'Account', 'POST', path, { token, body })
  const again = await call(200, 'Account', 'POST', `${P}/accounts`, { body })
  assert.equal(again.id, made.id)
  const mine = await call(200, 'Accounts', 'GET', `${P}/users/creator/accounts`)
  assert.equal((mine as unknown as unknown[]).length, 1)

  const reconnect = { ...body, connect_token: await world.connectToken('creator'), account_id: made.id }
  assert.equal((await call(200, 'Account', 'POST', `${P}/accounts`, { body: reconnect })).id, made.id)
  const fresh = async (more: object) => ({
    ...body,
    connect_token: await world.connectToken('creator'),
    ...more,
  })
  await call(400, 'Error', 'POST', `${P}/accounts`, { body: await fresh({ cfmap_json: '{' }) })
  await call(400, 'Error', 'POST', `${P}/accounts`, { body: await fresh({ app_slug: 'acme' }) })
  await call(404, 'Error', 'POST', `${P}/accounts`, { body: await fresh({ account_id: 'apn_none' }) })
})

test('accounts are listed and retrieved, with credentials for a server and never for a browser', async () => {
  const { call, P } = world
  const withKey = await world.account('holder')
  const withOAuth = await world.oauthAccount('holder')
  assert.match((withOAuth['app'] as { id: string }).id, /^oa_/)
  assert.match((withKey['app'] as { id: string }).id, /^app_/)

  const byUser = `${P}/users/holder/accounts`
  await call(200, 'Accounts', 'GET', byUser)
  for (const spelt of ['true', '1']) {
    const accounts = await call<{ app: { name_slug: string }; credentials: Record<string, string> }[]>(
      200,
      'AccountsWithCredentials',
      'GET',
      `${byUser}?include_credentials=${spelt}`,
    )
    const found = Object.fromEntries(accounts.map((one) => [one.app.name_slug, one.credentials]))
    assert.ok(found['acme']?.['oauth_access_token'])
    assert.equal(found['acme_keys']?.['api_key'], 'acme_demo_key')
  }
  const only = `${P}/accounts?external_user_id=holder`
  await call(200, 'AccountPage', 'GET', `${only}&include_credentials=false`)
  await call(200, 'AccountWithCredentialsPage', 'GET', `${only}&include_credentials=true`)
  await call(200, 'Account', 'GET', `${P}/accounts/${withKey.id}`)
  await call(200, 'AccountWithCredentials', 'GET', `${P}/accounts/${withOAuth.id}?include_credentials=true`)
  await call(404, 'Error', 'GET', `${P}/accounts/apn_none`)
  for (const app of ['acme', (withOAuth['app'] as { id: string }).id]) {
    const query = app.startsWith('oa_') ? `oauth_app_id=${app}` : `app=${app}`
    const found = await call(200, 'AccountPage', 'GET', `${only}&${query}`)
    assert.deepEqual(
      found.data.map(({ id }) => id),
      [withOAuth.id],
    )
  }

  const token = await world.connectToken('holder')
  const own = await call(200, 'AccountPage', 'GET', '/v1/connect/accounts', { token })
  assert.equal(own.data.length, 2)
  await call(200, 'Account', 'GET', `/v1/connect/accounts/${withKey.id}`, { token })
  await call(403, 'Error', 'GET', '/v1/connect/accounts?include_credentials=true', { token })
  const stranger = await world.connectToken('stranger')
  await call(404, 'Error', 'GET', `/v1/connect/accounts/${withKey.id}`, { token: stranger })
  await call(403, 'Error', 'GET', '/v1/connect/users/holder/accounts', { token: stranger })
})

test('deleting answers 204 without a body: one account, an app by each of its paths, a user', async () => {
  const { call, P } = world
  const { id } = await world.account('leaver')
  await call(204, 'nothing', 'DELETE', `${P}/accounts/${id}`)
  await call(404, 'Error', 'DELETE', `${P}/accounts/${id}`)
  const left = async (user: string) =>
    (await call<unknown[]>(200, 'Accounts', 'GET', `${P}/users/${user}/accounts`)).length

  for (const path of [`${P}/apps/acme_keys/accounts`, `${P}/accounts/app/acme_keys`]) {
    await world.account('leaver')
    await call(204, 'nothing', 'DELETE', path)
    assert.equal(await left('leaver'), 0)
  }
  for (const path of ['/v1/connect/apps/acme_keys/accounts', '/v1/connect/accounts/app/acme_keys']) {
    await world.account('leaver')
    await world.account('stayer')
    // A browser deletes its own user's accounts only.
    await call(204, 'nothing', 'DELETE', path, { token: await world.connectToken('leaver') })
    assert.equal(await left('leaver'), 0)
  }
  assert.equal(await left('stayer'), 2)

  const user = `${P}/users/stayer`
  for (const tail of ['?b', '?', '?x=1']) await call(400, 'Error', 'DELETE', user + tail)
  assert.equal(await left('stayer'), 2)
  await call(204, 'nothing', 'DELETE', user)
  assert.equal(await left('stayer'), 0)
  await call(404, 'Error', 'DELETE', user)
})

test('external users are listed, and found by a part of their id', async () => {
  const { call, P } = world
  await world.connectToken('found by part 1')
  await call(200, 'ExternalUserPage', 'GET', `${P}/users`)
  const found = await call(200, 'ExternalUserPage', 'GET', `${P}/users?q=by%20part&limit=5`)
  assert.deepEqual(
    found.data.map((user) => user['external_id']),
    ['found by part 1'],
  )
  // The other environment has users of its own.
  const other = await call(200, 'ExternalUserPage', 'GET', `${P}/users`, { environment: 'production' })
  assert.equal(other.data.length, 0)
})

test('OAuth apps: created, read, changed, deleted, and the client secret never comes back', async () => {
  const { call, raw, P, accessToken } = world
  const secret = 'upstream-client-secret-9f'
  const body = { app: 'github', client_id: 'Iv1.contract', client_secret: secret, scopes: ['repo'] }
  const made = await call(200, 'OAuthApp', 'POST', `${P}/oauth_apps`, { body })
  const path = `${P}/oauth_apps/${made.id}`
  await call(200, 'OAuthApp', 'GET', path)
  const changed = await call(200, 'OAuthApp', 'PUT', path, { body: { name: 'Ours', additional_scopes: [] } })
  assert.equal(changed['name'], 'Ours')
  await call(200, 'OAuthAppPage', 'GET', `${P}/oauth_apps?app=github&q=Ours`)
  assert.doesNotMatch((await raw('GET', path, { token: accessToken })).text, new RegExp(secret))
  await call(400, 'Error', 'POST', `${P}/oauth_apps`, { body: { app: 'github' } })
  await call(204, 'nothing', 'DELETE', path)
  await call(404, 'Error', 'GET', path)
  // What an account uses stays.
  const account = await world.oauthAccount('keeper')
  await call(400, 'Error', 'DELETE', `${P}/oauth_apps/${(account['app'] as { id: string }).id}`)
})

test('projects/info names the apps, with and without the project in the path', async () => {
  const { call, P } = world
  const token = await world.connectToken('informed')
  const named = await call(200, 'ProjectInfo', 'GET', `${P}/projects/info`)
  assert.deepEqual(await call(200, 'ProjectInfo', 'GET', '/v1/connect/projects/info', { token }), named)
})

test('the settings of a project: app overrides, its webhook, its name and its logo', () =>
  callSettings(world))

// Last: it looks back on all calls above.
test('every endpoint of the API was called with success', () => {
  // What we add to the contract has its tests beside it.
  const ours =
    /default_oauth_apps|verifications|revocations|oauth1|oauth_apps\/:id\/check|webhook\/(test|deliveries)|\/events|report_unauthorized|\/oauth\/(introspect|revoke|:endpoint)/
  const missing = Object.keys(routePolicies)
    .filter((route) => route.includes(' /v1/') && !ours.test(route))
    .filter((route) => {
      const pattern = new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`)
      return ![...world.answered].some((call) => pattern.test(call))
    })
  assert.deepEqual(missing, [])
})
