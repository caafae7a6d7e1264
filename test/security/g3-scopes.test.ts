/** G3: what a scope opens and what it doesn't. Not here yet: 62 and 66, which need workspace routes and the proxy. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routePolicies, type RoutePolicy } from '../../src/access/route-policies.ts'
import type { ApiScope } from '../../src/access/scopes.ts'
import { createServer } from '../../src/http/server.ts'
import { testDatabases } from '../databases.ts'
import { assert403Scope, assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved, assertOnlyChanged } from './database-state.ts'
import { openWorld } from './harness.ts'
import { rawRequest } from './raw-request.ts'

for (const { name: database } of testDatabases) {
  test(`G3-63 write does not imply read (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const connectToken = await world.connectToken({ user: 'u3' })
    const token = await world.token({ scope: 'connect:accounts:write' })
    const accounts = `/v1/connect/${world.p1}/accounts`
    const before = await world.state()
    const list = await send(world.address, 'GET', accounts, { token })
    assert403Scope(list, 'connect:accounts:read')
    assert403Scope(
      await send(world.address, 'GET', `${accounts}/${world.accounts.a1}`, { token }),
      'connect:accounts:read',
    )
    assert403Scope(
      await send(world.address, 'GET', `/v1/connect/${world.p1}/users/u1/accounts`, { token }),
      'connect:accounts:read',
    )
    assertNothingMoved(before, await world.state())

    const keys = { app_slug: 'acme_keys', cfmap_json: '{"api_key":"acme_demo_key"}' }
    const body = { ...keys, connect_token: connectToken }
    const made = await send(world.address, 'POST', accounts, { token, body })
    assertStatus(made, 200)
    assertStatus(
      await send(world.address, 'DELETE', `${accounts}/${String(jsonOf(made)['id'])}`, { token }),
      204,
    )
    const own = ['connect_tokens', 'counters', 'audit_entries', 'events', 'revocations']
    assertOnlyChanged(before, await world.state(), own)
  })

  test(`G3-64 read does not imply write (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const token = await world.token({ scope: 'connect:accounts:read' })
    const before = await world.state()
    const P = `/v1/connect/${world.p1}`
    for (const path of [`accounts/${world.accounts.a1}`, 'apps/acme/accounts', 'accounts/app/acme'])
      assert403Scope(await send(world.address, 'DELETE', `${P}/${path}`, { token }), 'connect:accounts:write')
    assertNothingMoved(before, await world.state())
  })

  test(`G3-67 the users scopes open each only its own (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const users = `/v1/connect/${world.p1}/users`
    const [read, write] = [
      await world.token({ scope: 'connect:users:read' }),
      await world.token({ scope: 'connect:users:write' }),
    ]
    const before = await world.state()
    assertStatus(await send(world.address, 'GET', users, { token: read }), 200)
    assert403Scope(await send(world.address, 'DELETE', `${users}/u1`, { token: read }), 'connect:users:write')
    assert403Scope(await send(world.address, 'GET', users, { token: write }), 'connect:users:read')
    assertNothingMoved(before, await world.state())
    assertStatus(await send(world.address, 'DELETE', `${users}/u1`, { token: write }), 204)
  })
}

test('G3-65 tokens:create alone creates tokens and nothing else (the proxy is not here yet)', async (t) => {
  const world = await openWorld(t)
  const token = await world.token({ scope: 'connect:tokens:create' })
  const P = `/v1/connect/${world.p1}`
  const before = await world.state()
  for (const path of ['accounts', `accounts/${world.accounts.a1}`, 'users/u1/accounts'])
    assert403Scope(await send(world.address, 'GET', `${P}/${path}`, { token }), 'connect:accounts:read')
  assertNothingMoved(before, await world.state())
  const made = await send(world.address, 'POST', `${P}/tokens`, { token, body: { external_user_id: 'u1' } })
  assertStatus(made, 200)
  assertOnlyChanged(before, await world.state(), ['connect_tokens'])
})

test('G3-68 a group scope ends at its colon', async (t) => {
  const world = await openWorld(t)
  // Routes of groups that the server does not have yet, and of one whose name only begins like a group's.
  const added = {
    'GET /v1/connect/:project_id/actions': 'connect:actions:*',
    'POST /v1/connect/:project_id/actions/run': 'connect:actions:run',
    'GET /v1/connect/:project_id/triggers': 'connect:triggers:*',
    'GET /v1/connect/:project_id/actions_x': 'connect:actions_x:run',
    'GET /v1/connect/:project_id/actions_bare': 'connect:actions_x',
  }
  const policies = routePolicies as Record<string, RoutePolicy>
  for (const [route, scope] of Object.entries(added))
    policies[route] = { callers: ['api_client'], scopes: [scope as ApiScope], tenant: 'project_environment' }
  const http = await createServer(world.app, {
    prepare: async (server) => {
      for (const route of Object.keys(added)) {
        const [method = '', url = ''] = route.split(' ')
        server.route({ method, url, handler: async () => ({ ran: true }) })
      }
    },
  })
  t.after(async () => {
    for (const route of Object.keys(added)) delete policies[route]
    await http.close()
  })
  const statusOf = async (route: string, token: string) => {
    const [method, url = ''] = route.split(' ')
    const { statusCode } = await http.inject({
      method: method as 'GET' | 'POST',
      url: url.replace(':project_id', world.p1),
      headers: { authorization: `Bearer ${token}` },
    })
    return statusCode
  }
  const withScope = async (scope: string) => {
    const token = await world.token({ scope })
    return Promise.all(Object.keys(added).map((route) => statusOf(route, token)))
  }
  assert.deepEqual(await withScope('connect:actions:*'), [200, 200, 403, 403, 403])
  assert.deepEqual(await withScope('connect:triggers:*'), [403, 403, 200, 403, 403])
  assert.deepEqual(await withScope('connect:*'), [200, 200, 200, 200, 200])
})

test('G3-69 the header names only the scope that is missing', async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const token = await world.token({ scope: 'connect:proxy connect:usage:read' })
  const answer = await send(world.address, 'GET', `/v1/connect/${world.p1}/accounts`, { token })
  assert403Scope(answer, 'connect:accounts:read')
  assert.doesNotMatch(answer.text, /connect:proxy|connect:usage|connect:\*/)
  assertNothingMoved(before, await world.state())
})

test('G3-70 the scope check follows the route that really runs', async (t) => {
  const world = await openWorld(t)
  const oauth = await world.token({ scope: 'connect:accounts:read' })
  const connect = await world.connectToken({ scope: 'connect:accounts:read' })
  const { p1 } = world
  const { a1 } = world.accounts
  const before = await world.state()
  const spellings = [
    `/v1/connect/${p1}/accounts/${a1}`,
    `/v1/connect/${p1}/accounts/${a1}/`,
    `/v1/connect/${p1}/accounts//${a1}`,
    `//v1//connect//${p1}//accounts//${a1}//`,
    `/v1/connect//accounts/${a1}`,
    `/v1/connect/accounts/${a1}`,
    `/v1/connect/-/accounts/${a1}`,
    `/v1/connect/${p1}/x/%2e%2e/accounts/${a1}`,
    `/v1/connect/${p1}/x/../accounts/${a1}`,
    `/v1/connect/${p1}/accounts/x/..%2f${a1}`,
    `/v1/connect/${p1}/accounts/${a1};x`,
    `/v1/connect/${p1}/accounts;x/${a1}`,
    `/V1/CONNECT/${p1}/ACCOUNTS/${a1}`,
    `/v1/connect/${p1}/accounts/${a1}?_method=GET`,
    `/v1/connect/${p1}/accounts/${a1}?include_credentials=true&_method=GET`,
    `/v1/connect/${p1}/users/u1/accounts/../../accounts/${a1}`,
  ]
  const overrides = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method']
  for (const token of [oauth, connect]) {
    for (const path of spellings) {
      for (const method of ['DELETE', 'POST', 'PATCH', 'PUT', 'HEAD', 'GET']) {
        for (const override of ['X-Nothing', ...(path === spellings[0] ? overrides : [])]) {
          const lines = [
            `${method} ${path} HTTP/1.1`,
            `Authorization: Bearer ${token}`,
            `${override}: DELETE`,
            'Content-Length: 0',
          ]
          const answer = await rawRequest(world.address, { lines })
          const what = `${method} ${path} ${override}: ${answer?.status}`
          assert.ok(answer !== undefined && answer.status < 500, what)
          if (answer.status >= 300) continue
          assert.ok(['GET', 'HEAD'].includes(method), what)
          if (method === 'GET') assert.equal(jsonOf(answer)['id'], a1, what)
        }
      }
    }
  }
  assertNothingMoved(before, await world.state())
})

test('G3-71 a Connect token has the scopes it was made with (the proxy is not here yet)', async (t) => {
  const world = await openWorld(t)
  const token = await world.connectToken({ scope: 'connect:accounts:read' })
  const P = `/v1/connect/${world.p1}`
  const before = await world.state()
  const list = await send(world.address, 'GET', `${P}/accounts`, { token })
  assertStatus(list, 200)
  assert.deepEqual(
    jsonOf<{ data: { id: string }[] }>(list).data.map(({ id }) => id),
    [world.accounts.a1],
  )
  for (const path of [`accounts/${world.accounts.a1}`, 'apps/acme/accounts', 'accounts/app/acme'])
    assert403Scope(await send(world.address, 'DELETE', `${P}/${path}`, { token }), 'connect:accounts:write')
  assert403Scope(await send(world.address, 'DELETE', `${P}/users/u1`, { token }), 'connect:users:write')
  assertNothingMoved(before, await world.state())
})

test('G3-72 a route without a policy does not start, nor a policy without a route', async (t) => {
  const world = await openWorld(t)
  await assert.rejects(
    createServer(world.app, {
      prepare: async (http) => void http.get('/v1/connect/unlisted', async () => ({ open: true })),
    }),
    /no policy for GET \/v1\/connect\/unlisted/,
  )
  const policies = routePolicies as Record<string, RoutePolicy>
  policies['GET /v1/connect/nowhere'] = { callers: ['public'], tenant: 'none' }
  t.after(() => void delete policies['GET /v1/connect/nowhere'])
  await assert.rejects(createServer(world.app), /policy without a route: GET \/v1\/connect\/nowhere/)
})
