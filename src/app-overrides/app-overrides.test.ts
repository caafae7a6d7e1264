/** App overrides: over the API, on the Connect page, and what they must not do. Both databases. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld } from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'
import { assert404Same, assertStatus, jsonOf, send, type Sent } from '../../test/security/answers.ts'
import { openWorld } from '../../test/security/harness.ts'
import { createAppOverride } from './create-app-override.ts'

interface Override {
  id: string
  name: string
  app: { name_slug: string }
  oauth_app_id: string | null
  cfmap: Record<string, string>
  owner_id: string
}
const operator = { kind: 'operator', id: null }

for (const { name: database } of testDatabases) {
  test(`an override is made once, listed, changed and deleted; other tenants see none of it (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const token = await world.token()
    const P = `/v1/connect/${world.p1}/app_overrides`
    const call = (method: string, path: string, body?: unknown, sent: Sent = { token }) =>
      send(world.address, method, path, body === undefined ? sent : { ...sent, body })
    const wanted = { app: 'acme_keys', name: 'EU customers', cfmap: { subdomain: 'eu' } }
    const made = await call('POST', P, wanted)
    assertStatus(made, 200)
    const override = jsonOf<Override>(made)
    assert.match(override.id, /^ao_[0-9A-Za-z]{16}$/)
    assert.deepEqual(
      [override.app.name_slug, override.oauth_app_id, override.cfmap, override.owner_id],
      ['acme_keys', null, { subdomain: 'eu' }, world.p1],
    )
    // The repeat, also two at once, is the same one; another content under the name is refused.
    const repeats = await Promise.all([call('POST', P, wanted), call('POST', P, wanted)])
    assert.deepEqual(
      repeats.map((one) => jsonOf<Override>(one).id),
      [override.id, override.id],
    )
    assertStatus(await call('POST', P, { ...wanted, cfmap: {} }), 400)
    const listed = jsonOf<{ data: Override[]; page_info: { total_count: number } }>(
      await call('GET', `${P}?app=acme_keys`),
    )
    assert.deepEqual([listed.data.map(({ id }) => id), listed.page_info.total_count], [[override.id], 1])
    assert.deepEqual(jsonOf<{ data: unknown[] }>(await call('GET', `${P}?app=acme`)).data, [])

    const one = `${P}/${override.id}`
    const changed = jsonOf<Override>(await call('PUT', one, { name: 'US', cfmap: { subdomain: 'us' } }))
    assert.deepEqual([changed.name, changed.cfmap], ['US', { subdomain: 'us' }])
    assert.deepEqual(jsonOf<Override>(await call('PUT', one, { cfmap: null })).cfmap, {})

    const nobody = await call('GET', `${P}/ao_0000000000000000`)
    assert404Same(await call('GET', `/v1/connect/${world.p2}/app_overrides/${override.id}`), nobody)
    const foreign = { token: await world.token({ client: world.c9 }) }
    for (const [method, body] of [['GET'], ['PUT', { name: 'mine' }], ['DELETE']] as const)
      assert404Same(await call(method, one, body, foreign), nobody)
    assertStatus(await call('GET', one, undefined, { token: await world.connectToken() }), 403)
    const reader = { token: await world.token({ scope: 'connect:projects:read' }) }
    assertStatus(await call('DELETE', one, undefined, reader), 403)

    assertStatus(await call('DELETE', one), 204)
    assertStatus(await call('DELETE', one), 404)
    assert.equal(
      jsonOf<{ page_info: { total_count: number } }>(await call('GET', P)).page_info.total_count,
      0,
    )
  })
}

test('what cannot be preset is refused by name, never by value', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const P = `/v1/connect/${world.p1}`
  const post = (body: object) =>
    send(world.address, 'POST', `${P}/app_overrides`, {
      token,
      body: { app: 'acme_keys', name: 'x', ...body },
    })
  for (const [body, says] of [
    [{ cfmap: { api_key: 'acme_secret-value' } }, /api_key: a secret cannot be preset/],
    [{ cfmap: { nowhere: 'secret-value' } }, /nowhere: .* no such field/],
    [{ cfmap: { subdomain: 'Not A Host secret-value' } }, /subdomain: not a value/],
    [{ cfmap: { subdomain: '' } }, /subdomain: not a value/],
    [{ cfmap: { subdomain: 5 } }, /cfmap/],
    [{ app: 'nothing' }, /no app/],
    [{ oauth_app_id: world.oauthAppId }, /no OAuth app of this app/],
    [{ app: 'acme', oauth_app_id: 'oa_0000000000000000' }, /no OAuth app of this app/],
  ] as const) {
    const answer = await post(body)
    assertStatus(answer, 400)
    assert.match(answer.text, says)
    assert.doesNotMatch(answer.text, /secret-value/)
  }
  // An OAuth app that an override names stays.
  await world.app.db.write((tx) => tx.deleteFrom('accounts').execute())
  const override = jsonOf<Override>(await post({ app: 'acme', oauth_app_id: world.oauthAppId }))
  const oauthApp = `${P}/oauth_apps/${world.oauthAppId}`
  const inUse = await send(world.address, 'DELETE', oauthApp, { token })
  assertStatus(inUse, 400)
  assert.equal(jsonOf(inUse)['code'], 'oauth_app_in_use')
  const one = `${P}/app_overrides/${override.id}`
  const cleared = await send(world.address, 'PUT', one, { token, body: { oauth_app_id: null } })
  assert.equal(jsonOf<Override>(cleared).oauth_app_id, null)
  assertStatus(await send(world.address, 'DELETE', oauthApp, { token }), 204)
})

test('on the page preset fields are not asked, in the account they are, and nobody types over them', async (t) => {
  const world = await connectWorld(t)
  const { app, env } = world
  const { id } = await createAppOverride(
    app,
    env,
    { app: 'double_keys', name: 'US', cfmap: { region: 'us', subdomain: 'acme' } },
    operator,
  )
  const other = await createAppOverride(app, env, { app: 'double', name: 'x' }, operator)
  const token = await world.token()
  const asked = { app: 'double_keys', appOverrideId: id }
  const page = await (await world.page(token, asked)).text()
  assert.match(page, /name="field.api_key"/)
  assert.doesNotMatch(page, /field\.region|field\.subdomain/)
  assert.match(page, new RegExp(`name="appOverrideId" value="${id}"`))
  assert.match(await (await world.page(token, { app: 'double_keys' })).text(), /field\.region/)

  for (const wrong of ['ao_0000000000000000', other.id, 'nonsense']) {
    const answer = await world.page(token, { ...asked, appOverrideId: wrong })
    assert.equal(answer.status, 404)
    assert.match(await answer.text(), /app_override_unknown/)
  }
  const over = await world.postJson('/connect/keys', {
    token,
    ...asked,
    values: { api_key: 'good-key', region: 'eu' },
  })
  assert.equal(over.status, 400)
  assert.deepEqual(await world.rows('accounts'), [])

  const validated = async (query: string) =>
    (await (await world.request(`/v1/connect/tokens/${token}/validate?${query}`)).json()) as Record<
      string,
      unknown
    >
  const valid = await validated(`app_id=double_keys&app_override_id=${id}`)
  assert.deepEqual(
    [valid['success'], valid['app_override_id'], valid['app_override_field_names']],
    [true, id, ['region', 'subdomain']],
  )
  assert.equal((await validated(`app_override_id=${other.id}&app_id=double_keys`))['success'], false)
  assert.equal((await validated('app_override_id=ao_0000000000000000'))['success'], false)

  const done = await world.postJson('/connect/keys', { token, ...asked, values: { api_key: 'good-key' } })
  assert.equal(done.status, 200, await done.clone().text())
  const { openCredentialsText } = await import('../accounts/credentials-seal.ts')
  const account = (await world.rows('accounts'))[0]!
  const credentials = (await world.rows('credentials'))[0]!
  assert.deepEqual(JSON.parse(openCredentialsText(app.vault, env, { ...account, ...credentials })), {
    api_key: 'good-key',
    region: 'us',
    subdomain: 'acme',
  })
})

test("an override's OAuth app is the one that the person is sent with, unless the link names another", async (t) => {
  const world = await connectWorld(t)
  const { app, env } = world
  const { createOAuthApp } = await import('../oauth-apps/create-oauth-app.ts')
  const second = await createOAuthApp(
    app,
    env,
    { app: 'double', client_id: 'second-client', client_secret: 'second-secret' },
    operator,
  )
  const { id } = await createAppOverride(
    app,
    env,
    { app: 'double', name: 'x', oauth_app_id: second.id },
    operator,
  )
  const client = async (members: Record<string, string>) =>
    (await world.start(await world.token(), members)).authorize.searchParams.get('client_id')
  assert.equal(await client({}), 'double-client')
  assert.equal(await client({ appOverrideId: id }), 'second-client')
  assert.equal(await client({ appOverrideId: id, oauthAppId: world.oauthAppId }), 'double-client')
})
