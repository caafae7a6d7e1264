/**
 * Trello, from developer.atlassian.com "Authorizing with Trello's REST API" (Using Basic OAuth) and RFC 5849: three steps, every request
 * signed, nonces used once.
 */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Double, DoubleAnswer, DoubleRequest } from './double.ts'
import { isSigned, readAuthorization } from './oauth1-check.ts'
import { providerWorld } from './provider-world.ts'

const client = { client_id: 'trello-api-key', client_secret: 'trello & secret/0123456789' }
const MEMBER = { id: '5f0000000000000000000001', username: 'ada', fullName: 'Ada' }
const ME = 'https://api.trello.com/1/members/me'

function trello() {
  const requestTokens = new Map<string, { secret: string; callback: string; verifier?: string }>()
  const accessTokens = new Map<string, string>()
  const nonces = new Set<string>()
  const consents: URL[] = []
  let count = 0
  let down = false

  /** Who signed: `token` with its secret, or the client alone. */
  const signedBy = (request: DoubleRequest, token: string | undefined, secret: string): boolean => {
    const given = readAuthorization(request.headers['authorization'])
    const nonce = given.get('oauth_nonce') ?? ''
    if (nonces.has(nonce) || nonce.length < 8) return false
    nonces.add(nonce)
    return (
      given.get('oauth_consumer_key') === client.client_id &&
      given.get('oauth_token') === token &&
      /^\d{10}$/.test(given.get('oauth_timestamp') ?? '') &&
      isSigned(request, client.client_secret, secret)
    )
  }
  const form = (fields: Record<string, string>): DoubleAnswer => ({
    status: 200,
    body: new URLSearchParams(fields).toString(),
  })
  const refusal: DoubleAnswer = { status: 401, body: 'invalid signature' }

  const double: Double = {
    origins: ['https://trello.com', 'https://api.trello.com'],
    consent(url, { deny }) {
      consents.push(url)
      assert.equal(url.origin + url.pathname, 'https://trello.com/1/OAuthAuthorizeToken')
      const token = url.searchParams.get('oauth_token') ?? ''
      const known = requestTokens.get(token)
      assert.ok(known, 'an unknown request token')
      const callback = new URL(known.callback)
      if (deny) return callback
      known.verifier = `verifier-${(count += 1)}`
      callback.searchParams.set('oauth_token', token)
      callback.searchParams.set('oauth_verifier', known.verifier)
      return callback
    },
    answer(request) {
      if (down) return { status: 503, body: 'down' }
      const { pathname } = request.url
      const given = readAuthorization(request.headers['authorization'])
      if (pathname === '/1/OAuthGetRequestToken') {
        const callback = given.get('oauth_callback')
        if (!callback || !signedBy(request, undefined, '')) return refusal
        const token = `request-${(count += 1)}`
        requestTokens.set(token, { secret: `${token}-secret`, callback })
        return form({
          oauth_token: token,
          oauth_token_secret: `${token}-secret`,
          oauth_callback_confirmed: 'true',
        })
      }
      if (pathname === '/1/OAuthGetAccessToken') {
        const token = given.get('oauth_token') ?? ''
        const known = requestTokens.get(token)
        if (!known?.verifier || given.get('oauth_verifier') !== known.verifier) return refusal
        if (!signedBy(request, token, known.secret)) return refusal
        requestTokens.delete(token)
        const access = `access-${(count += 1)}`
        accessTokens.set(access, `${access}-secret`)
        return form({ oauth_token: access, oauth_token_secret: `${access}-secret` })
      }
      const token = given.get('oauth_token') ?? ''
      const secret = accessTokens.get(token)
      if (secret === undefined || !signedBy(request, token, secret)) return refusal
      return pathname === '/1/members/me'
        ? { status: 200, body: MEMBER }
        : { status: 200, body: { pathname } }
    },
  }
  return { double, consents, accessTokens, requestTokens, fail: () => (down = true) }
}

async function world(t: TestContext, more: Record<string, unknown> = {}) {
  const provider = trello()
  const w = await providerWorld(t, provider.double, {
    slug: 'trello',
    client: { ...client, name: 'Our boards', ...more },
  })
  const signer = (uri: string, body: unknown) =>
    w.send(uri, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return { ...provider, w, signer }
}

test('H8, A4, A5, D5, trello: three signed steps make an account that signs its requests', async (t) => {
  const { w, consents } = await world(t)
  const account = await w.connect()
  const [consent] = consents
  assert.deepEqual(Object.fromEntries(consent?.searchParams ?? []), {
    scope: 'read,write',
    expiration: 'never',
    name: 'Our boards',
    oauth_token: 'request-1',
  })
  const { id, name, expires_at, authorized_scopes, healthy, credentials } = account
  assert.deepEqual(
    { name, expires_at, authorized_scopes, healthy },
    { name: 'ada', expires_at: null, authorized_scopes: ['read', 'write'], healthy: true },
  )
  assert.deepEqual(credentials, {
    oauth_client_id: client.client_id,
    oauth_access_token: 'access-3',
    oauth_refresh_token: 'access-3-secret',
    oauth_uid: MEMBER.id,
    oauth_signer_uri: `${w.server.url}/v1/connect/oauth1/${id}/sign`,
  })
  assert.equal((await w.call(account, { url: `${ME}?fields=id&fields=a+b` })).status, 200)
  const wrong = { credentials: { ...credentials, oauth_refresh_token: 'other' } }
  assert.equal((await w.call(wrong, { url: ME })).status, 401)
  const [row] = await w.app.db.read.selectFrom('credentials').select('kind').execute()
  assert.equal(row?.kind, 'static')
})

test('H8, trello: a setting of the OAuth app names it on the consent screen; a profile asks for other scopes', async (t) => {
  const { w, consents } = await world(t, { settings: { name: 'Boards & more' } })
  await w.connect({ members: { oauthScopeProfile: 'read_only' } })
  assert.equal(consents[0]?.searchParams.get('name'), 'Boards & more')
  assert.equal(consents[0]?.searchParams.get('scope'), 'read')
})

test('H8, B4, trello: a refusal in each form it comes in stores nothing', async (t) => {
  const { w } = await world(t)
  const results = [
    await w.travel({ decision: { deny: true } }),
    await w.travel({ callback: { oauth_token: null, oauth_verifier: null, denied: 'request-2' } }),
    await w.travel({ callback: { oauth_token: null, oauth_verifier: null, oauth_problem: 'user_refused' } }),
  ]
  assert.deepEqual(
    results.map(({ code }) => code),
    ['user_refused', 'user_refused', 'user_refused'],
  )
  assert.equal((await w.travel({ callback: { oauth_problem: 'timestamp_refused' } })).code, 'provider_error')
  assert.equal((await w.app.db.read.selectFrom('accounts').selectAll().execute()).length, 0)
})

test('H8, trello: another request token, another verifier, no verifier: not connected, nothing sent for them', async (t) => {
  const { w } = await world(t)
  const exchanges = () => w.requests.filter(({ url }) => url.pathname === '/1/OAuthGetAccessToken').length
  await w.leave()
  assert.equal((await w.travel({ callback: { oauth_token: 'request-1' } })).code, 'provider_mismatch')
  assert.equal((await w.travel({ callback: { oauth_verifier: null } })).code, 'provider_error')
  assert.equal((await w.travel({ callback: { oauth_token: null } })).code, 'provider_mismatch')
  assert.equal(exchanges(), 0)
  assert.equal((await w.travel({ callback: { oauth_verifier: 'guessed' } })).code, 'exchange_failed')
  assert.equal(exchanges(), 1)
  assert.equal((await w.app.db.read.selectFrom('accounts').selectAll().execute()).length, 0)
})

test('H8, trello: a wrong client secret and an outage are told apart before anybody leaves', async (t) => {
  const wrong = await world(t, { client_secret: 'not the secret' })
  await assert.rejects(wrong.w.leave(), /no departure: 400 client_refused/)
  const out = await world(t)
  out.fail()
  await assert.rejects(out.w.leave(), /no departure: 502/)
})

test('H8, trello: the signer answers whoever holds token and token secret, with a header that Trello accepts', async (t) => {
  const { w, signer } = await world(t)
  const { credentials } = await w.connect()
  const token = { key: credentials['oauth_access_token'], secret: credentials['oauth_refresh_token'] }
  const uri = credentials['oauth_signer_uri'] ?? ''
  const send = w.app.egress.request
  const limits = { timeoutMs: 5_000, maxBytes: 10_000 }

  const url = 'https://api.trello.com/1/boards/b/labels?fields=name&fields=a%20b&limit=10'
  const answer = await signer(uri, { requestData: { method: 'get', url }, token })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
  const authorization = await answer.text()
  assert.ok(!authorization.includes(client.client_secret))
  assert.equal((await send({ method: 'GET', url, headers: { authorization }, ...limits })).status, 200)
  // A nonce is good once.
  assert.equal((await send({ method: 'GET', url, headers: { authorization }, ...limits })).status, 401)

  // As `@pipedream/platform` sends a form: parsed by querystring, lists for names that come several times.
  const data = { name: 'A card & more', idLabels: ['1', '2'], pos: 3, closed: false }
  const post = 'https://api.trello.com/1/cards'
  const signed = await signer(uri, { requestData: { method: 'post', url: post, data }, token })
  const headers = {
    authorization: await signed.text(),
    'content-type': 'application/x-www-form-urlencoded',
  }
  const body = 'closed=false&name=A+card+%26+more&idLabels=1&idLabels=2&pos=3'
  assert.equal((await send({ method: 'POST', url: post, headers, body, ...limits })).status, 200)
})

test('H8, trello: the signer is no oracle: a wrong proof and an account that is not there look the same', async (t) => {
  const { w, signer } = await world(t)
  const { id, credentials } = await w.connect()
  const token = { key: credentials['oauth_access_token'], secret: credentials['oauth_refresh_token'] }
  const uri = credentials['oauth_signer_uri'] ?? ''
  const requestData = { method: 'GET', url: ME }
  const other = uri.replace(id, 'apn_0000000000000000')
  const refusals = await Promise.all([
    signer(uri, { requestData, token: { ...token, secret: 'wrong' } }),
    signer(uri, { requestData, token: { ...token, key: 'wrong' } }),
    signer(other, { requestData, token }),
    signer(uri.replace(id, 'apn_%00'), { requestData, token }),
  ])
  const bodies = await Promise.all(refusals.map(async (one) => `${one.status} ${await one.text()}`))
  assert.equal(new Set(bodies).size, 1, bodies.join('\n'))
  assert.equal(refusals[0]?.status, 401)

  const badUrls = [
    'https://evil.example/1/members/me',
    'http://api.trello.com/1/members/me',
    'https://api.trello.com@evil.example/',
    'https://api.trello.com.evil.example/',
    'https://user:pw@api.trello.com/',
    'https://api.trello.com:8443/',
    '/1/members/me',
  ]
  for (const bad of badUrls) {
    const answer = await signer(uri, { requestData: { url: bad }, token })
    assert.equal(answer.status, 400, bad)
    assert.ok(!(await answer.text()).includes('OAuth '))
  }
  for (const data of [[1], { a: { b: 1 } }, 7])
    assert.equal((await signer(uri, { requestData: { ...requestData, data }, token })).status, 400)
  assert.equal((await signer(uri, { requestData })).status, 400)

  await w.api(`/accounts/${id}`, { method: 'DELETE' })
  assert.equal((await signer(uri, { requestData, token })).status, 401, 'a deleted account signs nothing')
  for (let i = 0; i < 30; i += 1) await signer(other, { requestData, token })
  const limited = await signer(other, { requestData, token })
  assert.equal(limited.status, 429)
  assert.ok(limited.headers.get('retry-after'))
})
