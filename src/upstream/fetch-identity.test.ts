import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { digestHex } from '../platform/crypto/secrets.ts'
import { fetchIdentity } from './fetch-identity.ts'
import { localRequester } from './local-requester.ts'
import { reply, serveLocally, type SeenRequest } from './local-server.ts'
import { keyApp, oauthApp } from './sample-app.ts'

const values = { customFields: {}, client: { id: 'id', secret: 's3cret' }, accessToken: 'at' }

async function upstreamFor(t: TestContext, answer: (request: SeenRequest, response: ServerResponse) => void) {
  const server = await serveLocally(t, answer)
  return { server, requester: localRequester(t, [server.target]) }
}

test('E2 uid and name from a GraphQL answer, asked with the access token', async (t) => {
  const { server, requester } = await upstreamFor(t, ({ headers, body }, response) =>
    headers.authorization === 'Bearer at' && JSON.parse(body).query.startsWith('{ viewer')
      ? reply(response, 200, { data: { viewer: { id: 7, email: ' a@b.example\n' } } })
      : reply(response, 401, {}),
  )
  const request = {
    method: 'POST',
    url: `${server.origin}/graphql`,
    encoding: 'json',
    body: { query: '{ viewer { id email } }' },
  }
  const app = oauthApp(
    server.origin,
    {},
    { identity: { uid: '{{answer.data.viewer.id}}', name: '{{answer.data.viewer.email}}', request } },
  )
  assert.deepEqual(await fetchIdentity(requester, app, values, { raw: {} }), {
    ok: true,
    uid: '7',
    name: 'a@b.example',
  })
})

test('E3 what the id_token or the token answer tells is not asked again', async (t) => {
  const { server, requester } = await upstreamFor(t, (_request, response) =>
    reply(response, 200, { sub: 'asked', email: 'asked' }),
  )
  const request = { method: 'GET', url: `${server.origin}/userinfo` }
  const identity = {
    uid: '{{id_token.sub ?? answer.sub}}',
    name: '{{id_token.email ?? answer.email}}',
    request,
  }
  const app = oauthApp(server.origin, { issuer: server.origin }, { identity })
  const told = { raw: {}, idTokenClaims: { sub: 'told', email: 'told@b.example' } }
  assert.deepEqual(await fetchIdentity(requester, app, values, told), {
    ok: true,
    uid: 'told',
    name: 'told@b.example',
  })
  assert.equal(server.connections(), 0)
  assert.deepEqual(await fetchIdentity(requester, app, values, { raw: {} }), {
    ok: true,
    uid: 'asked',
    name: 'asked',
  })
  const half = { raw: {}, idTokenClaims: { sub: 'told' } }
  assert.deepEqual(await fetchIdentity(requester, app, values, half), {
    ok: true,
    uid: 'told',
    name: 'asked',
  })
  const fromToken = { uid: '{{token.user.id}}:{{token.team}}' }
  const named = oauthApp(server.origin, { token_response: { name: 'user.mail' } }, { identity: fromToken })
  const raw = { user: { id: 5, mail: 'm' }, team: 'T' }
  assert.deepEqual(await fetchIdentity(requester, named, values, { raw }), {
    ok: true,
    uid: '5:T',
    name: 'm',
  })
})

test('E4 E6 a POST without a body, and an introspection with the client', async (t) => {
  const { server, requester } = await upstreamFor(t, ({ headers, body, path, form }, response) => {
    if (path === '/me')
      return reply(response, body === '' && !headers['content-type'] ? 200 : 400, { id: 'me' })
    const basic = headers.authorization === `Basic ${Buffer.from('id:s3cret').toString('base64')}`
    return reply(response, basic && form.get('token') === 'at' ? 200 : 401, { id: 'introspected' })
  })
  const identify = (request: object) =>
    fetchIdentity(
      requester,
      oauthApp(server.origin, {}, { identity: { uid: '{{answer.id}}', request } }),
      values,
      { raw: {} },
    )
  assert.deepEqual(await identify({ method: 'POST', url: `${server.origin}/me`, encoding: 'none' }), {
    ok: true,
    uid: 'me',
  })
  const introspection = {
    method: 'POST',
    url: `${server.origin}/introspect`,
    auth: 'client_basic',
    body: { token: '{{access_token}}' },
  }
  assert.deepEqual(await identify(introspection), { ok: true, uid: 'introspected' })
})

test('a header that the template writes itself stands', async (t) => {
  const { server, requester } = await upstreamFor(t, ({ headers }, response) =>
    reply(response, 200, { id: headers.authorization }),
  )
  const request = {
    method: 'GET',
    url: `${server.origin}/metadata`,
    headers: { Authorization: 'OAuth {{access_token}}' },
  }
  const app = oauthApp(server.origin, {}, { identity: { uid: '{{answer.id}}', request } })
  assert.deepEqual(await fetchIdentity(requester, app, values, { raw: {} }), { ok: true, uid: 'OAuth at' })
})

test('E7 a key app without a user is known by a hash of its key', async (t) => {
  const { server, requester } = await upstreamFor(t, (_request, response) => reply(response, 200, {}))
  const auth = { type: 'header', name: 'x-key', value: '{{custom_fields.api_key}}' }
  const app = keyApp(server.origin, auth, { identity: { uid: '{{sha256(custom_fields.api_key)}}' } })
  const identity = await fetchIdentity(requester, app, { customFields: { api_key: 'k3y' } })
  assert.deepEqual(identity, { ok: true, uid: digestHex('k3y') })
})

test('no failure throws, each has a reason without a secret, and what was known before stays', async (t) => {
  let answer: (response: ServerResponse) => void = () => {}
  const { server, requester } = await upstreamFor(t, (_request, response) => answer(response))
  const request = {
    method: 'GET',
    url: `${server.origin}/me`,
    query: { token: '{{access_token}}' },
    ok: { field: 'ok', equals: true },
  }
  const app = oauthApp(server.origin, {}, { identity: { uid: '{{answer.id}}', request } })
  const cases: [(response: ServerResponse) => void, RegExp][] = [
    [(r) => reply(r, 500, {}), /answered with 500/],
    [(r) => reply(r, 302, {}, { location: '/me2' }), /answered with 302/],
    [(r) => reply(r, 200, '<html>'), /cannot be read/],
    [(r) => reply(r, 200, { ok: false, id: 'x' }), /reports a failure/],
    [(r) => reply(r, 200, { ok: true }), /named no user/],
    [(r) => reply(r, 200, { ok: true, id: '' }), /named no user/],
    [(r) => reply(r, 200, { ok: true, id: {} }), /named no user/],
    [(r) => r.destroy(), /gave no whole answer/],
  ]
  for (const [next, reason] of cases) {
    answer = next
    const identity = await fetchIdentity(requester, app, { ...values, accessToken: 's3cret-at' }, { raw: {} })
    assert.ok(!identity.ok)
    assert.match(identity.reason, reason)
    assert.doesNotMatch(identity.reason, /s3cret/)
  }
  answer = (r) => reply(r, 500, {})
  const partly = oauthApp(server.origin, {}, { identity: { uid: '{{answer.id ?? token.user_id}}', request } })
  assert.deepEqual(await fetchIdentity(requester, partly, values, { raw: { user_id: 9 } }), {
    ok: true,
    uid: '9',
  })
  const blocked = localRequester(t, [])
  assert.equal((await fetchIdentity(blocked, app, values, { raw: {} })).ok, false)
  assert.equal((await fetchIdentity(requester, oauthApp(server.origin), values)).ok, false)
  const long = { ok: true, id: 'x'.repeat(5000) }
  answer = (r) => reply(r, 200, long)
  const identity = await fetchIdentity(requester, app, values, { raw: {} })
  assert.equal(identity.ok && identity.uid.length, 256)
})
