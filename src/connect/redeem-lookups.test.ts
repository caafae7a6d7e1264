/** What is found out between the code and the account: sites and tenants, scopes that matter, whose client it was. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { namedWorld, TOKENS } from '../../test/connect-world.ts'
import { reply } from '../upstream/local-server.ts'

const jira = (t: TestContext) =>
  namedWorld(
    t,
    {
      lookups: [
        {
          name: 'cloud_id',
          method: 'GET',
          url: 'https://idp.test/accessible-resources',
          list: '$',
          value: 'id',
          label: 'url',
          choose: 'single_or_ask',
        },
      ],
    },
    { custom_fields: [{ name: 'cloud_id', label: 'Site', source: 'lookup' }] },
  )

test('E1, jira: the one site goes into the account’s credentials', async (t) => {
  const world = await jira(t)
  world.answers['/accessible-resources'] = (_request, response) =>
    reply(response, 200, [{ id: 'cloud-1', url: 'https://acme.atlassian.net' }])
  const { state, cookie } = await world.start(await world.token())
  await world.callback({ code: 'c', state }, cookie)
  const [account] = await world.rows('accounts')
  const { openCredentialsText } = await import('../accounts/credentials-seal.ts')
  const { findAccountWithCredentials } = await import('../accounts/store.ts')
  const row = await findAccountWithCredentials(world.app.db.read, world.env, account?.id ?? '')
  assert.ok(row)
  const values = JSON.parse(openCredentialsText(world.app.vault, world.env, row)) as Record<string, string>
  assert.equal(values['cloud_id'], 'cloud-1')
  assert.equal(values['oauth_client_secret'], undefined, 'the developer’s secret is never among them')
})

test('E1, jira: no site, or a look-up that is refused, connects nothing and says so', async (t) => {
  const world = await jira(t)
  const token = await world.token()
  const failures: [string, number, unknown][] = [
    ['nothing_to_choose', 200, []],
    ['lookup_refused', 403, { message: 'double-access-token' }],
    ['provider_unreachable', 503, {}],
    ['exchange_failed', 200, 'no JSON'],
  ]
  for (const [code, status, body] of failures) {
    world.answers['/accessible-resources'] = (_request, response) => reply(response, status, body)
    const { state, cookie } = await world.start(token)
    assert.equal(await world.failure(await world.callback({ code: 'c', state }, cookie), cookie), code)
  }
  await world.assertNothingConnected(token)
  assert.ok(!world.logged().includes('double-access-token'))
})

test('E1, jira: several sites wait for the person, and nothing is an account before', async (t) => {
  const world = await jira(t)
  world.answers['/accessible-resources'] = (_request, response) =>
    reply(response, 200, [
      { id: 'cloud-1', url: 'https://a.atlassian.net' },
      { id: 'cloud-2', url: 'https://b.atlassian.net' },
    ])
  const { state, cookie } = await world.start(await world.token())
  assert.equal((await world.callback({ code: 'c', state }, cookie)).status, 303)
  assert.deepEqual(await world.rows('accounts'), [])
  const [attempt] = await world.rows('connect_attempts')
  assert.equal(attempt?.status, 'choosing')
})

test('A15, B8, G7-139, gmail: a scope without which nothing works is required also where fewer are enough', async (t) => {
  const world = await namedWorld(t, { scopes: { default: ['read', 'write'], functional: ['write'] } })
  const token = await world.token({ allow_progressive_scopes: true })
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'read' })
  const first = await world.start(token)
  assert.equal(
    await world.failure(await world.callback({ code: 'c', state: first.state }, first.cookie), first.cookie),
    'scopes_missing',
  )
  await world.assertNothingConnected(token)
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'write' })
  const second = await world.start(token)
  await world.callback({ code: 'c', state: second.state }, second.cookie)
  assert.equal((await world.rows('accounts'))[0]?.authorized_scopes, '["write"]')
})

test('C7, facebook_pages: a second exchange that is refused connects nothing', async (t) => {
  const world = await namedWorld(t, {
    exchange: [
      {
        method: 'GET',
        url: 'https://idp.test/exchange',
        auth: 'none',
        query: { grant_type: 'fb_exchange_token', fb_exchange_token: '{{access_token}}' },
      },
    ],
  })
  const token = await world.token()
  world.answers['/exchange'] = (_request, response) =>
    reply(response, 400, { error: { message: 'double-access-token', type: 'OAuthException', code: 190 } })
  const { state, cookie } = await world.start(token)
  assert.equal(
    await world.failure(await world.callback({ code: 'c', state }, cookie), cookie),
    'client_refused',
  )
  await world.assertNothingConnected(token)
  assert.ok(!world.logged().includes('double-access-token'))
})
