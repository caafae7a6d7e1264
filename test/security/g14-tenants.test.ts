/** G14: nobody reaches another workspace, project, environment or user. Not here yet: 257, 260, 265, which need members and project routes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../databases.ts'
import {
  type Answer,
  assert400,
  assert401Invalid,
  assert404Same,
  assertStatus,
  jsonOf,
  send,
} from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { openWorld, within, type World } from './harness.ts'
import { comeBack, consent, depart } from './sandbox-flow.ts'

const UNKNOWN_PROJECT = 'proj_0123456789abcdef'
const idsIn = (answer: Answer) => {
  assertStatus(answer, 200)
  return jsonOf<{ data: { id: string }[] }>(answer)
    .data.map(({ id }) => id)
    .toSorted()
}

/** Every route that names a project. */
const projectRoutes = (world: World, account: string, user: string): [string, string, unknown?][] => [
  ['GET', 'accounts'],
  ['GET', 'accounts?include_credentials=true'],
  ['GET', `accounts/${account}`],
  ['GET', `accounts/${account}?include_credentials=true`],
  ['DELETE', `accounts/${account}`],
  ['DELETE', 'apps/acme_keys/accounts'],
  ['DELETE', 'accounts/app/acme_keys'],
  ['GET', `users/${user}/accounts`],
  ['GET', 'users'],
  ['DELETE', `users/${user}`],
  ['GET', 'projects/info'],
  ['POST', 'tokens', { external_user_id: user }],
  [
    'POST',
    'accounts',
    { app_slug: 'acme_keys', cfmap_json: '{"api_key":"acme_x"}', connect_token: 'ctok_x' },
  ],
  ['GET', 'oauth_apps'],
  ['POST', 'oauth_apps', { app: 'acme', client_id: 'x', client_secret: 'y' }],
  ['GET', `oauth_apps/${world.oauthAppId}`],
  ['PUT', `oauth_apps/${world.oauthAppId}`, { name: 'mine now' }],
  ['DELETE', `oauth_apps/${world.oauthAppId}`],
  ['GET', 'default_oauth_apps'],
  ['PUT', 'default_oauth_apps/acme', { oauth_app_id: null }],
]

for (const { name: database } of testDatabases) {
  test(`G14-258 another workspace's project looks like none (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const [ours, theirs] = [await world.token(), await world.token({ client: world.c9 })]
    const before = await world.state()
    const probe = async (project: string, token: string, account: string, user: string) => {
      for (const [method, rest, body] of projectRoutes(world, account, user)) {
        for (const environment of ['production', 'development']) {
          const sent = { token, environment, body }
          const unknown = await send(world.address, method, `/v1/connect/${UNKNOWN_PROJECT}/${rest}`, sent)
          assert404Same(await send(world.address, method, `/v1/connect/${project}/${rest}`, sent), unknown)
        }
      }
    }
    await probe(world.p3, ours, world.accounts.a9, 'u9')
    await probe(world.p1, theirs, world.accounts.a1, 'u1')
    // One's own project, and an id of another's: the same as an unknown id.
    for (const [token, project, account] of [
      [ours, world.p1, world.accounts.a9],
      [ours, world.p2, world.accounts.a1],
      [theirs, world.p3, world.accounts.a1],
    ] as const) {
      for (const method of ['GET', 'DELETE']) {
        const path = `/v1/connect/${project}/accounts`
        const unknown = await send(world.address, method, `${path}/apn_0123456789abcdef`, { token })
        assert404Same(await send(world.address, method, `${path}/${account}`, { token }), unknown)
      }
    }
    assertNothingMoved(before, await world.state())
  })

  test(`G14-259 environments are apart (${database}; the proxy is not here yet)`, async (t) => {
    const world = await openWorld(t, { database })
    const token = await world.token()
    const { a1, a2, a1d } = world.accounts
    const P = `/v1/connect/${world.p1}`
    const before = await world.state()
    const own = { production: [a1, a2].toSorted(), development: [a1d] }
    for (const environment of ['production', 'development'] as const) {
      assert.deepEqual(
        idsIn(await send(world.address, 'GET', `${P}/accounts`, { token, environment })),
        own[environment],
      )
      const unknown = `${P}/accounts/apn_0123456789abcdef`
      for (const id of [a1, a2, a1d].filter((one) => !own[environment].includes(one)))
        for (const [method, query] of [
          ['GET', ''],
          ['GET', '?include_credentials=true'],
          ['DELETE', ''],
        ] as const)
          assert404Same(
            await send(world.address, method, `${P}/accounts/${id}${query}`, { token, environment }),
            await send(world.address, method, unknown + query, { token, environment }),
          )
      const user = await send(world.address, 'GET', `${P}/users/u1/accounts`, { token, environment })
      assert.deepEqual(
        jsonOf<{ id: string }[]>(user).map(({ id }) => id),
        [environment === 'production' ? a1 : a1d],
      )
    }
    assertNothingMoved(before, await world.state())
    // Deleting everything of an app in one environment leaves the other's.
    const sent = { token, environment: 'development' }
    assertStatus(await send(world.address, 'DELETE', `${P}/apps/acme_keys/accounts`, sent), 204)
    assert.deepEqual(idsIn(await send(world.address, 'GET', `${P}/accounts`, { token })), own.production)
    const kept = await world.app.db.read.selectFrom('accounts').select('id').execute()
    assert.deepEqual(kept.map(({ id }) => id).toSorted(), [a1, a2, world.accounts.a9].toSorted())
  })

  test(`G14-264 a deleted user is gone, with all that was under way (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const second = await world.secondProcess()
    const { w1, w2, p1, p2, p3 } = world
    const places = [
      { workspaceId: w1, project: p2, environment: 'production' },
      { workspaceId: w2, project: p3, environment: 'production' },
    ] as const
    for (const place of places)
      await world.addAccount({ ...place, user: 'u1', app: 'acme_keys', canary: 'x' })
    const kept = [await world.connectToken({ project: p2 }), await world.connectToken({ project: p3 })]
    kept.push(await world.connectToken({ environment: 'production', user: 'u2' }))
    kept.push(await world.connectToken({ environment: 'production', user: 'U1' }))

    // In development, because the sandbox's OAuth app is the default there.
    const dead = [await world.connectToken({ environment: 'development' })]
    dead.push(await world.connectToken({ environment: 'development', expires_in: 60 }))
    const departure = await depart(world, dead[0]!)
    const back = await consent(world, departure)
    const otherEnvironment = await world.connectToken()
    const before = await world.state()

    const token = await world.token({ scope: 'connect:users:write' })
    const path = `/v1/connect/${p1}/users/u1`
    const sent = { token, environment: 'development' }
    assertStatus(await send(world.address, 'DELETE', path, sent), 204)
    for (const connectToken of dead)
      for (const address of [world.address, second.address])
        await within(1_000, async () => {
          const answer = await send(address, 'GET', '/v1/connect/accounts', { token: connectToken })
          if (answer.status === 401) assert401Invalid(answer)
          return answer.status === 401
        })
    // The person comes back from the provider a moment too late.
    const late = await comeBack(world, departure, Object.fromEntries(back.searchParams))
    assert.ok([303, 400].includes(late.status), late.text)
    const after = await world.state()
    const inDevelopment = (table: string) =>
      (after.get(table) ?? []).filter((row) => row.includes('"environment":"development"'))
    for (const table of ['accounts', 'external_users', 'connect_tokens'])
      assert.deepEqual(inDevelopment(table), [])
    assert.equal(after.get('credentials')?.length, after.get('accounts')?.length)

    for (const table of ['accounts', 'external_users', 'connect_tokens']) {
      const others = (before.get(table) ?? []).filter((row) => !row.includes('"environment":"development"'))
      assert.deepEqual(after.get(table), others, table)
    }
    for (const connectToken of [...kept, otherEnvironment])
      assertStatus(await send(second.address, 'GET', '/v1/connect/accounts', { token: connectToken }), 200)
    assertStatus(await send(world.address, 'DELETE', path, sent), 404)
  })
}

test('G14-264 a path with a query deletes nobody', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const before = await world.state()
  for (const path of ['users/u1?', 'users/u1?x', 'users/u1?b=1', 'users/u1/?c'])
    assert400(await send(world.address, 'DELETE', `/v1/connect/${world.p1}/${path}`, { token }))
  for (const path of [
    'users/',
    'users/%00',
    'users/u1%00',
    'users/U1',
    'users/u',
    'users/%',
    'users/*',
    'users/u%25',
  ])
    assert.ok(
      [400, 404].includes(
        (await send(world.address, 'DELETE', `/v1/connect/${world.p1}/${path}`, { token })).status,
      ),
    )
  assertNothingMoved(before, await world.state())
})
