import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { localRequester } from './local-requester.ts'
import { reply, serveLocally, type SeenRequest } from './local-server.ts'
import { keyApp } from './sample-app.ts'
import { runTestRequest } from './test-request.ts'

const KEY = '123:good'
const auths: Record<string, Record<string, unknown>> = {
  header: { type: 'header', name: 'x-api-key', value: '{{custom_fields.api_key}}' },
  basic: { type: 'basic', username: '{{custom_fields.api_key}}', password: 'X' },
  query: { type: 'query', params: { key: '{{custom_fields.api_key}}' } },
  path: { type: 'path_prefix', value: '/bot{{custom_fields.api_key}}' },
  body: { type: 'body', params: { key: '{{custom_fields.api_key}}' } },
}

/** Accepts the good key in any of the places, and says so in its own words. */
function api(request: SeenRequest, response: ServerResponse): void {
  const { headers, query, path, form } = request
  const basic = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString()
  const given =
    headers['x-api-key'] ??
    query.get('key') ??
    form.get('key') ??
    /^\/bot([^/]*)/.exec(path)?.[1] ??
    basic.replace(/:X$/, '')
  if (given !== KEY) return reply(response, 401, { ok: false })
  reply(response, 200, { ok: true, data: { viewer: { id: 'v1' } } })
}

async function upstreamFor(t: TestContext, answer: (request: SeenRequest, response: ServerResponse) => void) {
  const server = await serveLocally(t, answer)
  return { server, requester: localRequester(t, [server.target]) }
}

test('H3, H4, H5, H6, H7: a good key passes and a bad one is refused, wherever the app wants it', async (t) => {
  const { server, requester } = await upstreamFor(t, api)
  for (const [name, auth] of Object.entries(auths)) {
    const app = keyApp(server.origin, auth, {
      test_request: { method: name === 'body' ? 'POST' : 'GET', url: '/getMe' },
    })
    assert.deepEqual(
      await runTestRequest(requester, app, { customFields: { api_key: KEY } }),
      { ok: true },
      name,
    )
    assert.deepEqual(
      await runTestRequest(requester, app, { customFields: { api_key: 'bad' } }),
      { ok: false, status: 401, reason: 'refused' },
      name,
    )
  }
  assert.ok(server.requests.every(({ path }) => path.endsWith('/getMe')))
})

test('the app’s own sign of success decides inside a 200', async (t) => {
  let body: unknown
  const { server, requester } = await upstreamFor(t, (_request, response) => reply(response, 200, body))
  const verdict = async (ok: object, answered: unknown) => {
    body = answered
    const app = keyApp(server.origin, auths.header, { test_request: { method: 'POST', url: '/t', ok } })
    const result = await runTestRequest(requester, app, { customFields: { api_key: KEY } })
    return result.ok ? 'ok' : result.reason
  }
  const isTrue = { field: 'ok', equals: true }
  const isSet = { field: 'data.viewer.id' }
  assert.equal(await verdict(isTrue, { ok: true }), 'ok')
  for (const answer of [{ ok: false }, { ok: 'true' }, { ok: 1 }, {}])
    assert.equal(await verdict(isTrue, answer), 'refused')
  assert.equal(await verdict(isSet, { data: { viewer: { id: 'x' } } }), 'ok')
  for (const answer of [{ data: { viewer: { id: null } } }, { data: null, errors: [] }, []])
    assert.equal(await verdict(isSet, answer), 'refused')
  assert.equal(await verdict(isSet, '<html>'), 'failed')
})

test('what is no verdict on the key is told apart, and nothing is followed', async (t) => {
  let status = 500
  const { server, requester } = await upstreamFor(t, (_request, response) =>
    reply(response, status, {}, { location: '/elsewhere' }),
  )
  const test_request = { method: 'GET', url: '/t' }
  const app = keyApp(server.origin, auths.header, { test_request })
  const run = (use = requester, tested = app) =>
    runTestRequest(use, tested, { customFields: { api_key: KEY } })
  for (status of [500, 404, 429, 302]) assert.deepEqual(await run(), { ok: false, status, reason: 'failed' })
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ['/t', '/t', '/t', '/t'],
  )
  const blocked = localRequester(t, [])
  assert.deepEqual(await run(blocked), { ok: false, status: null, reason: 'egress_blocked' })
  const sigv4 = { type: 'aws_sigv4', access_key_id: 'x', secret_access_key: '{{custom_fields.api_key}}' }
  assert.deepEqual(await run(requester, keyApp(server.origin, sigv4, { test_request })), {
    ok: false,
    status: null,
    reason: 'aws_host_unknown',
  })
  assert.deepEqual(await runTestRequest(requester, app, { customFields: {} }), {
    ok: false,
    status: null,
    reason: 'template_value_missing',
  })
  assert.equal(server.requests.length, 4)
})

test('K1: keys that buy no token are refused by that answer; a token endpoint that is out gives no verdict', async (t) => {
  let status = 401
  const { server, requester } = await upstreamFor(t, (_request, response) =>
    reply(response, status, { error: status === 401 ? 'invalid_client' : 'x' }),
  )
  const auth = {
    type: 'client_credentials',
    token_url: `${server.origin}/token`,
    client_id: 'id',
    client_secret: '{{custom_fields.api_key}}',
    send: { type: 'header', name: 'Authorization', value: 'Bearer {{derived.access_token}}' },
  }
  const app = keyApp(server.origin, auth, { test_request: { method: 'GET', url: '/t' } })
  const run = () => runTestRequest(requester, app, { customFields: { api_key: 'bad' } })
  assert.deepEqual(await run(), { ok: false, status: 401, reason: 'refused' })
  status = 503
  assert.deepEqual(await run(), { ok: false, status: null, reason: 'upstream_unavailable' })
  assert.ok(server.requests.every(({ path }) => path === '/token'))
})

test('an app without a test request passes without a request', async (t) => {
  const { server, requester } = await upstreamFor(t, api)
  assert.deepEqual(
    await runTestRequest(requester, keyApp(server.origin, auths.header), { customFields: {} }),
    {
      ok: true,
    },
  )
  assert.equal(server.connections(), 0)
})

test('a wrong test request is no verdict, unless the definition or a value in the address makes it one', async (t) => {
  let status = 400
  const { server, requester } = await upstreamFor(t, (_request, response) => reply(response, status, {}))
  const verdict = async (test_request: object) => {
    const app = keyApp(server.origin, auths.header, { test_request: { method: 'GET', ...test_request } })
    const result = await runTestRequest(requester, app, { customFields: { api_key: KEY } })
    return result.ok ? 'ok' : result.reason
  }
  for (status of [400, 404, 405, 422]) assert.equal(await verdict({ url: '/t' }), 'failed')
  for (status of [401, 403]) assert.equal(await verdict({ url: '/t' }), 'refused')
  status = 400
  assert.equal(await verdict({ url: '/t', refused_statuses: [400] }), 'refused')
  status = 401
  assert.equal(await verdict({ url: '/t', refused_statuses: [400] }), 'failed')
  status = 404
  assert.equal(await verdict({ url: '/{{custom_fields.api_key}}/t' }), 'refused')
  status = 400
  assert.equal(await verdict({ url: '/{{custom_fields.api_key}}/t' }), 'failed')
})

test('H3: a key with a character that no header can carry is refused, not taken for an app that is out', async (t) => {
  const { server, requester } = await upstreamFor(t, api)
  const app = keyApp(server.origin, auths['header'], { test_request: { method: 'GET', url: '/getMe' } })
  for (const api_key of ['‘123:good’', '123:good\u200b', '123:good\u2028'])
    assert.deepEqual(await runTestRequest(requester, app, { customFields: { api_key } }), {
      ok: false,
      status: null,
      reason: 'credential_unusable',
    })
  assert.equal(server.requests.length, 0)
})
