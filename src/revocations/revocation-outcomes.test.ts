/** What providers answer to a revocation, each way in which they are asked. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { deleteOAuthApp } from '../oauth-apps/delete-oauth-app.ts'
import { updateOAuthApp } from '../oauth-apps/update-oauth-app.ts'
import { reply, type SeenRequest } from '../upstream/local-server.ts'
import { assertWiped, operator, revokingWorld, rfc7009 } from '../../test/revoking-world.ts'
test('keys, and apps without an endpoint, are a receipt at once; no secret is kept and nobody is called', async (t) => {
  const world = await revokingWorld(t, undefined)
  const keys = await world.connect({ kind: 'keys' })
  const oauth = await world.connect()
  await world.delete(keys)
  await world.delete(oauth)
  await world.run()
  for (const [id, reason] of [
    [keys, /^keys: Keys live on until they are revoked at Double Keys/],
    [oauth, /^no_endpoint: Double offers no call/],
  ] as const) {
    const row = await world.revocation(id)
    assert.equal(row.status, 'not_supported')
    assert.match(row.reason ?? '', reason)
    assert.equal(row.attempts, 0)
    assertWiped(row)
  }
  assert.deepEqual(world.provider.requests, [])
})

const ways: [string, object, (request: SeenRequest) => unknown, unknown][] = [
  [
    'DELETE, and 404 is gone',
    { method: 'DELETE', auth: 'client_basic', encoding: 'json', body: { access_token: '{{access_token}}' } },
    ({ method, body }) => [method, body],
    ['DELETE', '{"access_token":"canary-at-1"}'],
  ],
  ['a bearer call', { method: 'POST' }, ({ headers }) => headers.authorization, 'Bearer canary-at-1'],
  [
    'the query',
    { method: 'POST', auth: 'none', query: { token: '{{refresh_token ?? access_token}}' } },
    ({ query }) => query.get('token'),
    'canary-rt-1',
  ],
]
for (const [name, revocation, seen, expected] of ways) {
  test(`revoked by ${name}`, async (t) => {
    const world = await revokingWorld(t, revocation)
    world.answers['/revoke'] = (request: SeenRequest, response: ServerResponse) =>
      request.method === 'DELETE' ? void response.writeHead(404).end() : response.end()
    const id = await world.connect()
    await world.delete(id)
    await world.run()
    assert.deepEqual(world.provided('/revoke').map(seen), [expected])
    const row = await world.revocation(id)
    assert.equal(row.status, 'revoked')
    assert.equal(row.reason?.startsWith('already_gone:') ?? false, name.startsWith('DELETE'))
    assertWiped(row)
  })
}

test('a provider that never comes back is given up after a day, and the secret goes all the same', async (t) => {
  const world = await revokingWorld(t, rfc7009)
  world.answers['/revoke'] = (_request, response) => reply(response, 500, {})
  const id = await world.connect()
  await world.delete(id)
  const began = world.clock.now()
  for (let row = await world.revocation(id); row.status === 'pending'; row = await world.revocation(id)) {
    assert.ok(row.next_attempt_at! <= began + 24 * 3_600_000)
    world.clock.advance(Math.max(0, row.next_attempt_at! - world.clock.now()))
    await world.run()
  }
  const row = await world.revocation(id)
  assert.equal(row.status, 'failed')
  assert.equal(row.finished_at, began + 24 * 3_600_000)
  assertWiped(row)
  assert.ok(!world.logged().includes('canary'))
})

test('a token kind that the app does not revoke is not asked about again', async (t) => {
  const world = await revokingWorld(t, rfc7009)
  world.answers['/revoke'] = (_request, response) => reply(response, 400, { error: 'unsupported_token_type' })
  const id = await world.connect()
  await world.delete(id)
  await world.run()
  const row = await world.revocation(id)
  assert.deepEqual([row.status, row.attempts], ['failed', 1])
  assertWiped(row)
})

test('a client secret that was wrong is used as it is then; a deleted OAuth app has left its client behind', async (t) => {
  const world = await revokingWorld(t, rfc7009)
  const secretOf = ({ headers }: SeenRequest) =>
    Buffer.from(String(headers.authorization).slice(6), 'base64').toString().split(':')[1]
  world.answers['/revoke'] = (request, response) =>
    secretOf(request) === 'rotated-secret'
      ? response.end()
      : reply(response, 401, { error: 'invalid_client' })
  const id = await world.connect()
  await world.delete(id)
  await world.run()
  assert.equal((await world.revocation(id)).status, 'pending')
  const { app, env, oauthAppId } = world
  await updateOAuthApp(app, env, oauthAppId, { client_secret: 'rotated-secret' }, operator)
  await deleteOAuthApp(app, env, oauthAppId, operator)
  const kept = await world.revocation(id)
  assert.equal(kept.client_id, 'double-client')
  assert.ok(kept.client_secret && !kept.client_secret.includes('rotated-secret'))
  world.clock.advance(20_000)
  await world.run()
  const row = await world.revocation(id)
  assert.equal(row.status, 'revoked')
  assertWiped(row)
})

test('an account with a client of its own is revoked with that one', async (t) => {
  const world = await revokingWorld(t, rfc7009)
  world.answers['/revoke'] = (_request, response) => response.end()
  const id = await world.connect({
    oauthAppId: null,
    credentials: {
      kind: 'refreshable',
      values: {
        oauth_client_id: 'their-client',
        oauth_client_secret: 'their-secret',
        oauth_access_token: 'canary-at',
        oauth_refresh_token: 'canary-rt',
      },
      expiresAt: null,
      authorizedScopes: null,
    },
  })
  await world.delete(id)
  await world.run()
  const [asked] = world.provided('/revoke')
  assert.equal(
    Buffer.from(String(asked?.headers.authorization).slice('Basic '.length), 'base64').toString(),
    'their-client:their-secret',
  )
  const row = await world.revocation(id)
  assert.equal(row.status, 'revoked')
  assertWiped(row)
})

test('credentials that do not open keep nobody from deleting the account', async (t) => {
  const world = await revokingWorld(t, rfc7009)
  const id = await world.connect()
  await world.app.db.write((tx) =>
    tx
      .updateTable('credentials')
      .set({ sealed: 'd1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' as never })
      .execute(),
  )
  await world.delete(id)
  const row = await world.revocation(id)
  assert.deepEqual([row.status, row.reason?.split(':')[0]], ['failed', 'credentials_unreadable'])
  assert.deepEqual(await world.rows('accounts'), [])
})
