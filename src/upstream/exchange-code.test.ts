import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { ManualClock } from '../platform/clock.ts'
import { codeChallengeOf } from '../platform/crypto/secrets.ts'
import { createEgress } from './egress.ts'
import { exchangeCode, type CodeExchange } from './exchange-code.ts'
import { reply, serveLocally, type SeenRequest } from './local-server.ts'
import { oauthApp } from './sample-app.ts'

const clock = new ManualClock('2026-11-22T12:00:00Z')
const now = clock.now()
const verifier = 'v'.repeat(43)
const exchange: CodeExchange = {
  customFields: {},
  client: { id: 'id with space', secret: 's3cret/+=' },
  code: 'the-code',
  redirectUri: 'https://headgate.example/callback',
  codeVerifier: verifier,
  scopes: ['asked'],
}
const basicOf = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

async function upstreamFor(t: TestContext, answer: (request: SeenRequest, response: ServerResponse) => void) {
  const server = await serveLocally(t, answer)
  const egress = createEgress({ allow: [server.target] })
  t.after(() => egress.close())
  return { server, upstream: { egress, clock } }
}

test('a strict RFC 6749 server with PKCE gets exactly what the standard says', async (t) => {
  const { server, upstream } = await upstreamFor(t, ({ method, headers, form, path }, response) => {
    const ok =
      method === 'POST' &&
      path === '/token' &&
      headers['content-type'] === 'application/x-www-form-urlencoded' &&
      headers['authorization'] === undefined &&
      form.get('redirect_uri') === exchange.redirectUri &&
      codeChallengeOf(form.get('code_verifier') ?? '') === codeChallengeOf(verifier)
    if (!ok) return reply(response, 400, { error: 'invalid_request' })
    reply(response, 200, { access_token: 'at', token_type: 'Bearer', expires_in: 3600, refresh_token: 'rt' })
  })
  const tokens = await exchangeCode(upstream, oauthApp(server.origin), exchange)
  assert.deepEqual([tokens.accessToken, tokens.refreshToken], ['at', 'rt'])
  assert.equal(tokens.expiresAt, now + 3_600_000)
  const [seen] = server.requests
  assert.deepEqual(Object.fromEntries(seen!.form), {
    grant_type: 'authorization_code',
    code: 'the-code',
    redirect_uri: exchange.redirectUri,
    code_verifier: verifier,
    client_id: 'id with space',
    client_secret: 's3cret/+=',
  })
  assert.equal(seen!.target, '/token')
  assert.equal(seen!.headers.accept, 'application/json')
})

test('G7-142 C1 the client proves itself by the configured method only', async (t) => {
  const { server, upstream } = await upstreamFor(t, (_request, response) =>
    reply(response, 200, { access_token: 'at' }),
  )
  const encodedBasic = basicOf('id+with+space', 's3cret%2F%2B%3D')
  const publicClient = { client: { id: 'pub' } }
  const cases: [string, Partial<CodeExchange>, string | undefined, string | null, string | null][] = [
    ['body', {}, undefined, 'id with space', 's3cret/+='],
    ['either', {}, undefined, 'id with space', 's3cret/+='],
    ['basic', {}, encodedBasic, null, null],
    ['basic_if_secret', {}, encodedBasic, null, null],
    ['basic_if_secret', publicClient, undefined, 'pub', null],
    ['none', {}, undefined, 'id with space', null],
    ['body', publicClient, undefined, 'pub', null],
  ]
  for (const [client_auth, more, authorization, id, secret] of cases) {
    await exchangeCode(upstream, oauthApp(server.origin, { client_auth }), { ...exchange, ...more })
    const { headers, form, target } = server.requests.at(-1)!
    assert.equal(headers.authorization, authorization, client_auth)
    assert.equal(form.get('client_id'), id, client_auth)
    assert.equal(form.get('client_secret'), secret, client_auth)
    assert.equal(target, '/token', 'nothing in the URL')
  }
})

test('C2 to C5 bodies, methods, headers and parameters as the app wants them', async (t) => {
  const { server, upstream } = await upstreamFor(t, (_request, response) =>
    reply(response, 200, { access_token: 'at' }),
  )
  const send = async (oauth: object) => {
    await exchangeCode(upstream, oauthApp(server.origin, { ...oauth }), exchange)
    return server.requests.at(-1)!
  }
  for (const token_body of ['json', 'json_or_form']) {
    const json = await send({ token_body })
    assert.equal(json.headers['content-type'], 'application/json')
    assert.equal(JSON.parse(json.body).code, 'the-code')
  }
  const query = await send({ token_body: 'query' })
  assert.deepEqual([query.method, query.body, query.query.get('code')], ['POST', '', 'the-code'])
  const get = await send({ token_method: 'GET', token_url: `${server.origin}/token?v=1` })
  assert.deepEqual(
    [get.method, get.body, get.query.get('code'), get.query.get('v')],
    ['GET', '', 'the-code', '1'],
  )
  const odd = await send({
    token_headers: { 'User-Agent': 'mine', ACCEPT: 'text/x', 'X-Key': '{{client_id}}' },
    token_params: { expiring: '1', scope: '{{scopes}}' },
    omit_params: ['token.redirect_uri'],
    client_param_names: { client_id: 'client_key' },
    pkce: 'no',
  })
  assert.deepEqual(
    [odd.headers['user-agent'], odd.headers.accept, odd.headers['x-key']],
    ['mine', 'text/x', 'id with space'],
  )
  assert.deepEqual([...odd.form.keys()].toSorted(), [
    'client_key',
    'client_secret',
    'code',
    'expiring',
    'grant_type',
    'scope',
  ])
  assert.equal(odd.form.get('scope'), 'asked')
})

test('B5 B6 a code with a stuck fragment or a second encoding is sent as the app means it', async (t) => {
  const { server, upstream } = await upstreamFor(t, (_request, response) =>
    reply(response, 200, { access_token: 'at' }),
  )
  const sent = async (code: string, oauth = {}) => {
    await exchangeCode(upstream, oauthApp(server.origin, oauth), { ...exchange, code })
    return server.requests.at(-1)!.form.get('code')
  }
  assert.equal(await sent('abc#_'), 'abc')
  assert.equal(await sent('a%2Fb'), 'a%2Fb')
  assert.equal(await sent('a%2Fb', { decode_code: true }), 'a/b')
  assert.equal(await sent('a%zz', { decode_code: true }), 'a%zz')
})

test('C6 a token URL from the callback goes only to hosts of the app’s list', async (t) => {
  const { server, upstream } = await upstreamFor(t, (_request, response) =>
    reply(response, 200, { access_token: 'at' }),
  )
  const app = oauthApp(server.origin, {
    token_url: '{{callback.accounts_server ?? "https://accounts.zoho.example"}}/oauth/v2/token',
    callback_params: { accounts_server: 'accounts-server' },
    callback_allow: { accounts_server: [server.origin] },
  })
  const from = (accounts_server: string) =>
    exchangeCode(upstream, app, { ...exchange, callback: { accounts_server } })
  assert.equal((await from(server.origin)).accessToken, 'at')
  assert.equal(server.requests[0]!.path, '/oauth/v2/token')
  await assert.rejects(from('http://127.0.0.1:1'), { kind: 'configuration', code: 'bad_host' })
  assert.equal(server.requests.length, 1)
})

test('what this server cannot do, or has no client for, is a fault of the configuration and sends nothing', async (t) => {
  const { server, upstream } = await upstreamFor(t, (_request, response) =>
    reply(response, 200, { access_token: 'at' }),
  )
  const keyless = oauthApp(server.origin, { client_auth: 'private_key_jwt' })
  await assert.rejects(exchangeCode(upstream, keyless, exchange), {
    kind: 'configuration',
    code: 'private_key_unusable',
  })
  const { client: _, ...clientless } = exchange
  await assert.rejects(exchangeCode(upstream, oauthApp(server.origin), clientless), { kind: 'configuration' })
  const unset = { token_params: { context: '{{oauth_app.context}}' } }
  await assert.rejects(exchangeCode(upstream, oauthApp(server.origin, unset), exchange), {
    kind: 'configuration',
    code: 'template_value_missing',
  })
  assert.equal(server.requests.length, 0)
})
