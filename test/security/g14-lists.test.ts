/** G14: cursors, filters and extra members reach nothing of others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../databases.ts'
import { type Answer, assert400, assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved, changesBetween } from './database-state.ts'
import { openWorld } from './harness.ts'

interface List {
  data: { id: string; external_id: string }[]
  page_info: { start_cursor: string | null; end_cursor: string | null }
}
const listOf = (answer: Answer): List => {
  assertStatus(answer, 200)
  return jsonOf<List>(answer)
}

for (const { name: database } of testDatabases) {
  test(`G14-261 a cursor opens nothing (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const { w1, w2, p1, p3 } = world
    for (const [workspaceId, project] of [
      [w1, p1],
      [w2, p3],
    ] as const) {
      for (let i = 0; i < 4; i += 1) {
        world.clock.advance(1)
        const place = { workspaceId, project, environment: 'production' } as const
        await world.addAccount({ ...place, user: `c${i}`, app: 'acme_keys', canary: 'x' })
      }
    }
    const [ours, theirs] = [await world.token(), await world.token({ client: world.c9 })]
    const before = await world.state()
    const mine = new Set<string>()
    for (const { id } of listOf(
      await send(world.address, 'GET', `/v1/connect/${p1}/accounts?limit=100`, { token: ours }),
    ).data)
      mine.add(id)
    assert.equal(mine.size, 6)
    const page = listOf(
      await send(world.address, 'GET', `/v1/connect/${p3}/accounts?limit=2`, { token: theirs }),
    )
    const users = listOf(
      await send(world.address, 'GET', `/v1/connect/${p3}/users?limit=2`, { token: theirs }),
    )
    const cursors = [page, users].flatMap(({ page_info }) => [page_info.start_cursor!, page_info.end_cursor!])
    const [first = ''] = cursors
    const made = (text: string) => Buffer.from(text).toString('base64url')
    cursors.push(
      made(`999999999999999:${'z'.repeat(64)}`),
      made('0:0'),
      made('1:apn_x'),
      first.toUpperCase(),
      first.slice(1),
      `${first}AAAA`,
    )
    cursors.push(
      made("1:x' or '1'='1"),
      made('-1:x'),
      made('1e9:x'),
      made('9999999999999999:x'),
      made('1:%'),
      made('1:\u0000'),
      'null',
      '%00',
    )
    cursors.push(
      'a'.repeat(501),
      '[object Object]',
      '../../etc',
      made('{"created_at":1,"id":"x"}'),
      '0',
      made(''),
    )
    for (const cursor of cursors)
      for (const way of ['after', 'before'])
        for (const filter of ['', '&limit=100', '&app=acme', '&external_user_id=u1', '&oauth_app_id=oa_x']) {
          const path = `/v1/connect/${p1}/accounts?${way}=${encodeURIComponent(cursor)}${filter}`
          const answer = await send(world.address, 'GET', path, { token: ours })
          if (answer.status === 400) assert400(answer)
          else for (const { id } of listOf(answer).data) assert.ok(mine.has(id), `${path} shows ${id}`)
        }
    // Walking on with another filter stays within that filter.
    const own = listOf(
      await send(world.address, 'GET', `/v1/connect/${p1}/accounts?limit=1`, { token: ours }),
    )
    const path = `/v1/connect/${p1}/accounts?external_user_id=u1&after=${own.page_info.end_cursor}`
    for (const { external_id } of listOf(await send(world.address, 'GET', path, { token: ours })).data)
      assert.equal(external_id, 'u1')
    assertNothingMoved(before, await world.state())
  })

  test(`G14-262 a filter is a literal (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const literal = ['u_percent%', 'a_b', 'u1,u2', 'axb', "o'brien", 'back\\slash']
    const place = { workspaceId: world.w1, project: world.p1, environment: 'production' } as const
    for (const user of literal) await world.addAccount({ ...place, user, app: 'acme_keys', canary: 'x' })
    const token = await world.token()
    const before = await world.state()
    const P = `/v1/connect/${world.p1}`
    const get = (path: string) => send(world.address, 'GET', P + path, { token })
    for (const user of literal) {
      const found = listOf(await get(`/accounts?external_user_id=${encodeURIComponent(user)}`)).data
      assert.deepEqual(
        found.map(({ external_id }) => external_id),
        [user],
      )
      const some = listOf(await get(`/users?q=${encodeURIComponent(user)}`)).data
      assert.deepEqual(
        some.map(({ external_id }) => external_id),
        [user],
      )
    }
    const nobody = [
      '%',
      '*',
      '',
      '_',
      '__',
      'u%',
      'U1',
      '.*',
      '^u',
      'u1|u2',
      'u1 ',
      ' u1',
      'null',
      'undefined',
      "' or 1=1 --",
      '[u]1',
      '\\',
      'u1\u200b',
    ]
    for (const text of nobody) {
      for (const filter of ['external_user_id', 'app', 'oauth_app_id'])
        assert.deepEqual(
          listOf(await get(`/accounts?${filter}=${encodeURIComponent(text)}`)).data,
          [],
          `${filter}=${text}`,
        )
      if (text === '') continue
      const answer = await get(`/users/${encodeURIComponent(text)}/accounts`)
      assert.equal(answer.text, '[]', text)
    }
    for (const text of ['*', '.*', '^u', '__', 'u1|u2', "' or 1=1 --", '[u]1'])
      assert.deepEqual(listOf(await get(`/users?q=${encodeURIComponent(text)}`)).data, [], `q=${text}`)
    for (const [text, matches] of [
      ['%', ['u_percent%']],
      ['_', ['u_percent%', 'a_b']],
      ['\\', ['back\\slash']],
    ] as const)
      assert.deepEqual(
        listOf(await get(`/users?q=${encodeURIComponent(text)}`))
          .data.map(({ external_id }) => external_id)
          .toSorted(),
        [...matches].toSorted(),
      )
    for (const query of [
      'external_user_id=u1&external_user_id=u2',
      'external_user_id=%00',
      'app=acme&app=acme_keys',
      'q=%00',
    ])
      assert400(await get(`/accounts?${query}`.replace('accounts?q', 'users?q')))
    // Brackets make another name, which is no filter of ours, and an unknown name is not a filter that was asked for.
    assert.equal(
      listOf(await get('/accounts?limit=100&external_user_id[]=u1')).data.length,
      literal.length + 2,
    )
    const narrow = await world.connectToken()
    for (const query of [
      'external_user_id=%25',
      'external_user_id=*',
      'external_user_id=',
      'external_user_id=u2',
      'external_user_id=U1',
    ])
      assertStatus(await send(world.address, 'GET', `${P}/accounts?${query}`, { token: narrow }), 403)
    const own = listOf(
      await send(world.address, 'GET', `${P}/accounts?external_user_id[]=u2`, { token: narrow }),
    ).data
    assert.deepEqual(
      own.map(({ external_id }) => external_id),
      ['u1'],
    )
    assertStatus(await send(world.address, 'GET', `${P}/users/u2/accounts`, { token: narrow }), 403)
    const after = await world.state()
    assert.deepEqual(
      changesBetween(before, after).filter(({ table }) => table !== 'connect_tokens'),
      [],
    )
  })
}

test('G14-263 members that nobody asked for change nothing', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const P = `/v1/connect/${world.p1}`
  const extra = {
    workspace_id: world.w2,
    project_id: world.p3,
    owner_id: world.p3,
    role: 'admin',
    id: 'chosen_id_0123456789',
    created_at: 7,
    updated_at: 7,
    healthy: false,
    dead: true,
    scope_ceiling: '*',
    scopes_granted: '*',
    environment: 'development',
    external_id: 'u2',
    digest: 'x',
    consumed_at: 1,
    connect_session_id: 7,
    token_generation: 7,
    generation: 7,
    credentials_denied_at: 7,
    mayReadCredentials: true,
    credentials: { api_key: 'x' },
  }
  const compare = async (method: string, path: string, plain: object, ignore: RegExp) => {
    const rowsOf = async (body: object) => {
      const before = await world.state()
      const answer = await send(world.address, method, path, { token, body })
      assertStatus(answer, 200)
      const changes = changesBetween(before, await world.state()).filter(({ kind }) => kind === 'added')
      assert.ok(
        changes.every(
          ({ row }) => !row.includes('chosen_id') && !row.includes(world.p3) && !row.includes(world.w2),
        ),
      )
      return changes
        .filter(({ table }) => table !== 'counters')
        .map(({ table, row }) => {
          const values = JSON.parse(row) as Record<string, unknown>
          for (const name of Object.keys(values)) if (ignore.test(name)) delete values[name]
          return { table, values }
        })
    }
    const expected = await rowsOf(plain)
    // Under another client id where there is one: the same OAuth app again would be a repeat.
    const other = 'client_id' in plain ? { client_id: 'mine-too' } : {}
    assert.deepEqual(await rowsOf({ ...extra, ...plain, ...other }), expected, path)
  }
  await compare('POST', `${P}/tokens`, { external_user_id: 'u1' }, /^(digest|connect_session_id)$/)
  const oauthApp = { app: 'acme', client_id: 'mine', client_secret: 'secret' }
  const random = /^(id|client_id|client_secret|data_key|sealed|target|account_id)$/
  await compare('POST', `${P}/oauth_apps`, oauthApp, random)
  world.clock.advance(1)
  const path = `${P}/oauth_apps/${world.oauthAppId}`
  const renamed = async (more: object) => {
    assertStatus(await send(world.address, 'PUT', path, { token, body: { ...more, name: 'one' } }), 200)
    return (await world.state()).get('oauth_apps')
  }
  assert.deepEqual(await renamed(extra), await renamed({}))
  const accountRow = async (more: object) => {
    const connectToken = await world.connectToken({ user: 'u-263' })
    const keys = {
      app_slug: 'acme_keys',
      cfmap_json: '{"api_key":"acme_demo_key"}',
      connect_token: connectToken,
    }
    const answer = await send(world.address, 'POST', `${P}/accounts`, { token, body: { ...more, ...keys } })
    const { id, ...rest } = jsonOf(answer)
    assert.match(String(id), /^apn_[0-9a-zA-Z]{16}$/)
    const row = await world.app.db.read
      .selectFrom('accounts')
      .selectAll()
      .where('id', '=', String(id))
      .executeTakeFirstOrThrow()
    // The next trial is spread by chance.
    return { ...rest, row: { ...row, id: '', next_check_at: null } }
  }
  assert.deepEqual(await accountRow(extra), await accountRow({}))
})
