/** G4: asking for a Connect token. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../databases.ts'
import { assert400, assert403Scope, assert403, assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved, assertOnlyChanged, changesBetween } from './database-state.ts'
import { openWorld, type World } from './harness.ts'

interface Created {
  token: string
  expires_at: string
  connect_link_url: string
}

const pathOf = (world: World, project = world.p1) => `/v1/connect/${project}/tokens`

/** Every body is refused with 400, and nothing of it is kept. */
async function assertAllRefused(world: World, bodies: readonly unknown[]): Promise<void> {
  const token = await world.token()
  const before = await world.state()
  for (const body of bodies) {
    const answer = await send(world.address, 'POST', pathOf(world), { token, body })
    assert.equal(answer.status, 400, `${JSON.stringify(body).slice(0, 200)}: ${answer.text.slice(0, 200)}`)
    assert400(answer)
  }
  assertNothingMoved(before, await world.state())
}

for (const { name: database } of testDatabases) {
  test(`G4-73 happy path (${database})`, async (t) => {
    const env = { HEADGATE_PUBLIC_URL: 'https://connect.example.test/base' }
    const world = await openWorld(t, { database, env })
    const token = await world.token({ scope: 'connect:tokens:create' })
    const before = await world.state()
    const body = { external_user_id: 'u-new' }
    const answer = await send(world.address, 'POST', pathOf(world), {
      token,
      environment: 'production',
      body,
    })
    assertStatus(answer, 200)
    const made = jsonOf<Created & Record<string, unknown>>(answer)
    assert.match(made.token, /^ctok_[0-9a-f]{32}$/)
    assert.match(made.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.equal(Date.parse(made.expires_at), world.clock.now() + 14_400_000)
    const link = new URL(made.connect_link_url)
    assert.equal(link.origin + link.pathname, 'https://connect.example.test/base/_static/connect.html')
    assert.equal(link.searchParams.get('token'), made.token)
    assert.deepEqual(Object.keys(made).toSorted(), ['connect_link_url', 'expires_at', 'token'])
    assert.equal(answer.headers.get('cache-control'), 'no-store')

    const changes = changesBetween(before, await world.state())
    assert.deepEqual(changes.map(({ table, kind }) => `${table} ${kind}`).toSorted(), [
      'connect_tokens added',
      'counters added',
      'counters removed',
      'external_users added',
    ])
    assert.ok(changes.every(({ row }) => !row.includes(made.token.slice('ctok_'.length))))
    assert.ok(!world.logged().includes(made.token.slice('ctok_'.length)))
  })

  test(`G4-77 an external user id is taken as it is (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const controls = ['u1\u0000', 'u1\n', '\u001bu1', 'u1\u007f', '\u0000', 'u1\r\nX-Evil: 1', '']
    await assertAllRefused(
      world,
      [...controls, 'u\ud800', 'u'.repeat(251), 7, null, true, ['u1'], { id: 'u1' }].map((id) => ({
        external_user_id: id,
      })),
    )

    const users = [
      'x1',
      'X1',
      'x1 ',
      ' x1',
      'é',
      'e\u0301',
      '👩‍👩‍👧',
      '👩',
      '\u202ex1',
      'x1\u200f',
      'x1\u200b',
      'x/1',
      'x?1',
    ]
    users.push(
      'x#1',
      'x%1',
      'x+1',
      'x&1',
      '..',
      'u'.repeat(250),
      'ﬁ',
      'fi',
      'ı',
      'i',
      'İ',
      'ß',
      'ss',
      "x'1",
      'x"1',
      'x\\1',
    )
    const token = await world.token()
    const place = { workspaceId: world.w1, project: world.p1, environment: 'production' as const }
    const accounts = new Map<string, string>()
    for (const user of users)
      accounts.set(user, await world.addAccount({ ...place, user, app: 'acme_keys', canary: 'x' }))
    const P = `/v1/connect/${world.p1}`
    const idsOf = async (path: string, bearer: string) => {
      const answer = await send(world.address, 'GET', P + path, { token: bearer })
      assertStatus(answer, 200)
      const body = jsonOf<{ data: { id: string }[] } | { id: string }[]>(answer)
      return (Array.isArray(body) ? body : body.data).map(({ id }) => id)
    }
    const tokens = new Map<string, string>()
    for (const user of users) {
      const connectToken = await world.connectToken({ user })
      tokens.set(user, connectToken)
      const own = [accounts.get(user)!]
      const name = encodeURIComponent(user)
      assert.deepEqual(await idsOf('/accounts', connectToken), own, JSON.stringify(user))
      assert.deepEqual(await idsOf(`/accounts?external_user_id=${name}`, token), own, JSON.stringify(user))
      // `..` as a segment is resolved by the client's URL parser before it is sent.
      if (user !== '..') assert.deepEqual(await idsOf(`/users/${name}/accounts`, token), own)
    }
    const left = new Set(users)
    for (const user of users.filter((id) => id !== '..')) {
      const path = `${P}/users/${encodeURIComponent(user)}`
      assertStatus(await send(world.address, 'DELETE', path, { token: tokens.get(user)! }), 204)
      left.delete(user)
      const rows = await world.app.db.read.selectFrom('accounts').select('external_id').execute()
      const kept = rows.map((row) => row.external_id).filter((id) => !['u1', 'u2', 'u9'].includes(id))
      assert.deepEqual(kept.toSorted(), [...left].toSorted(), JSON.stringify(user))
    }
  })
}

test('G4-74 lives from one second to four hours', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  for (const [expires_in, seconds] of [
    [1, 1],
    [14_400, 14_400],
    [undefined, 14_400],
    [3600, 3600],
  ] as const) {
    const body = { external_user_id: 'u1', ...(expires_in === undefined ? {} : { expires_in }) }
    const made = jsonOf<Created>(await send(world.address, 'POST', pathOf(world), { token, body }))
    assert.equal(Date.parse(made.expires_at), world.clock.now() + seconds * 1000)
    const accounts = `/v1/connect/${world.p1}/accounts`
    assertStatus(await send(world.address, 'GET', accounts, { token: made.token }), 200)
  }
})

test('G4-75 no other life', async (t) => {
  const world = await openWorld(t)
  const wrong = [0, -1, 14_401, 1.5, 1e9, 1e21, '3600', true, false, [], [60], '', {}, null]
  await assertAllRefused(
    world,
    wrong.map((expires_in) => ({ external_user_id: 'u-75', expires_in })),
  )
})

test('G4-78 never above connect:*', async (t) => {
  const world = await openWorld(t)
  const wrong: unknown[] = [
    '*',
    '* connect:*',
    'connect:* *',
    'connect:* * connect:proxy',
    'unknown',
    '',
    ' ',
    'connect:*  connect:proxy',
    ' connect:*',
    'connect:* ',
    'connect:*\n',
    'connect:*,connect:proxy',
    'CONNECT:*',
    'connect:**',
    'connect:accounts:*',
    '＊',
    'connect:*\u0000',
    '__proto__',
    'constructor',
    ['connect:*'],
    ['*'],
    7,
    null,
    {},
    'x'.repeat(2001),
  ]
  await assertAllRefused(
    world,
    wrong.map((scope) => ({ external_user_id: 'u-78', scope })),
  )
})

test('G4-79 without a scope: connect:*, and still no server of the developer', async (t) => {
  const world = await openWorld(t)
  const connectToken = await world.connectToken()
  const row = await world.app.db.read.selectFrom('connect_tokens').select('scopes').executeTakeFirstOrThrow()
  assert.deepEqual(JSON.parse(row.scopes), ['connect:*'])
  const P = `/v1/connect/${world.p1}`
  assertStatus(await send(world.address, 'GET', `${P}/accounts`, { token: connectToken }), 200)
  const before = await world.state()
  const serverOnly: [string, string, unknown?][] = [
    ['POST', `${P}/tokens`, { external_user_id: 'u1' }],
    ['GET', `${P}/users`],
    ['GET', `${P}/oauth_apps`],
    ['POST', `${P}/oauth_apps`, { app: 'acme', client_id: 'x', client_secret: 'y' }],
    ['GET', `${P}/oauth_apps/${world.oauthAppId}`],
    ['PUT', `${P}/oauth_apps/${world.oauthAppId}`, { name: 'mine' }],
    ['DELETE', `${P}/oauth_apps/${world.oauthAppId}`],
    ['PUT', `${P}/default_oauth_apps/acme`, { oauth_app_id: null }],
  ]
  for (const [method, path, body] of serverOnly)
    assert403(await send(world.address, method, path, { token: connectToken, body }), 'caller_not_allowed')
  for (const path of ['accounts', `accounts/${world.accounts.a1}`, 'users/u1/accounts'])
    assert403(
      await send(world.address, 'GET', `${P}/${path}?include_credentials=true`, { token: connectToken }),
      'credentials_not_allowed',
    )
  // A token that could only mint could do nothing: minting is never its own.
  const minting = await world.connectToken({ scope: 'connect:tokens:create' })
  assert403Scope(
    await send(world.address, 'GET', `${P}/accounts`, { token: minting }),
    'connect:accounts:read',
  )
  assert403(
    await send(world.address, 'POST', `${P}/tokens`, { token: minting, body: { external_user_id: 'u1' } }),
    'caller_not_allowed',
  )
  assertOnlyChanged(before, await world.state(), ['connect_tokens'])
})
