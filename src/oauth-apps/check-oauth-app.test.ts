/** What a provider says to a made-up code tells whether the client is good; and a creation that is repeated makes one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld } from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'
import { assert404Same, assertStatus, jsonOf, send } from '../../test/security/answers.ts'
import { openWorld } from '../../test/security/harness.ts'
import { reply } from '../upstream/local-server.ts'
import { checkOAuthApp } from './check-oauth-app.ts'
import type { OAuthAppCheck } from './contract.ts'
import { updateOAuthApp } from './update-oauth-app.ts'

test('invalid_grant: accepted; invalid_client: refused; anything else is no verdict, and nothing secret is said', async (t) => {
  const world = await connectWorld(t)
  const check = () => checkOAuthApp(world.app, world.env, world.oauthAppId)
  const cases: [number, unknown, OAuthAppCheck['status']][] = [
    [400, { error: 'invalid_grant' }, 'accepted'],
    [200, { error: 'bad_verification_code' }, 'accepted'],
    [401, { error: 'invalid_client', error_description: 'double-client-secret-0123456789' }, 'refused'],
    [400, { error: 'unauthorized_client' }, 'refused'],
    [401, { error: 'access_denied', error_description: 'Unauthorized' }, 'refused'],
    [400, { error: 'invalid_request' }, 'unknown'],
    [503, {}, 'unknown'],
    [404, 'not here', 'unknown'],
    [200, { access_token: 'canary-token', token_type: 'bearer' }, 'unknown'],
  ]
  for (const [status, body, expected] of cases) {
    world.answers['/token'] = (_request, response) => reply(response, status, body)
    const result = await check()
    assert.equal(result.status, expected, `${status} ${JSON.stringify(body)}: ${result.detail}`)
    assert.doesNotMatch(JSON.stringify(result), /double-client-secret|canary|made-up-[\w-]{10}/)
    assert.equal(result.redirect_uri, `${world.url}/connect/oauth/${world.oauthAppId}/callback`)
    assert.deepEqual(result.warnings, [])
  }
  const sent = world.provided('/token')
  assert.equal(
    new Set(sent.map(({ form }) => form.get('code'))).size,
    sent.length,
    'a code of its own each time',
  )
  assert.deepEqual(await world.rows('accounts'), [])
})

test('a setting that the app needs and lacks, and one that it has no use for, are warnings without a value', async (t) => {
  const headers = { 'developer-token': '{{oauth_app.developer_token?}}' }
  const world = await connectWorld(t, { double: { test_request: { method: 'GET', url: '/me', headers } } })
  const warnings = async (settings: Record<string, string> | null) => {
    await updateOAuthApp(world.app, world.env, world.oauthAppId, { settings }, { kind: 'operator', id: null })
    return (await checkOAuthApp(world.app, world.env, world.oauthAppId)).warnings
  }
  const missing = 'Double uses settings.developer_token, which this OAuth app does not have'
  assert.deepEqual(await warnings(null), [missing])
  const misspelt = await warnings({ developer_tokn: 'canary', key_id: 'k1' })
  assert.deepEqual(misspelt, [missing, 'Double has no use for settings.developer_tokn'])
  assert.deepEqual(await warnings({ developer_token: 'canary' }), [])
})

test('over the API: the sandbox tells a good client from a bad one; a foreign id is an unknown one; and it is limited', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const P = `/v1/connect/${world.p1}/oauth_apps`
  const check = (id: string, sent = token) => send(world.address, 'POST', `${P}/${id}/check`, { token: sent })
  const bad = await check(world.oauthAppId)
  assertStatus(bad, 200)
  assert.equal(jsonOf<OAuthAppCheck>(bad).status, 'refused')
  const rows = await world.app.db.read.selectFrom('oauth_apps').select(['id', 'client_id']).execute()
  const sandbox = rows.find(({ client_id }) => client_id !== 'canary-oauth-app-id')!
  assert.equal(jsonOf<OAuthAppCheck>(await check(sandbox.id)).status, 'accepted')
  const unknown = await check('oa_0000000000000000')
  assert404Same(await check(world.oauthAppId, await world.token({ client: world.c9 })), unknown)
  assertStatus(await check(world.oauthAppId, await world.token({ scope: 'connect:projects:read' })), 403)
  let answer = await check(world.oauthAppId)
  for (let n = 0; n < 10 && answer.status === 200; n += 1) answer = await check(world.oauthAppId)
  assertStatus(answer, 429)
  assert.ok(answer.headers.get('retry-after'))
})

for (const { name: database } of testDatabases) {
  test(`a creation that is repeated, also at the same moment, makes one OAuth app (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const token = await world.token()
    const path = `/v1/connect/${world.p1}/oauth_apps`
    const body = { app: 'acme', client_id: 'twice', client_secret: 'secret-1', name: 'Mine' }
    const create = async (more: object = {}) => {
      const answer = await send(world.address, 'POST', path, { token, body: { ...body, ...more } })
      assertStatus(answer, 200)
      return jsonOf<{ id: string }>(answer).id
    }
    const ids = await Promise.all([create(), create(), create()])
    assert.equal(new Set(ids).size, 1)
    assert.equal(await create(), ids[0])
    const others = [
      await create({ client_secret: 'secret-2' }),
      await create({ name: 'Other' }),
      await create({ client_id: 'once' }),
    ]
    assert.equal(new Set([...ids, ...others]).size, 4)
    const list = jsonOf<{ data: unknown[]; page_info: { total_count: number } }>(
      await send(world.address, 'GET', `${path}?app=acme&limit=100`, { token }),
    )
    assert.equal(list.page_info.total_count, list.data.length)
  })
}
