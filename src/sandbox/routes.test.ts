/** The sandbox provider's OAuth endpoints as a client meets them: the code flow, its refusals, revocation. */
import assert from 'node:assert/strict'
import { digest } from '../platform/crypto/secrets.ts'
import { CLIENT, scenario, type Fields } from './sandbox-server.test.ts'

scenario('the code flow gives tokens that open the API and are stored as digests only', async (s) => {
  const shown = await s.get(`/sandbox/oauth/authorize?${s.query()}`)
  assert.equal(shown.status, 200)
  assert.match(await shown.text(), /<h1>Acme \(sandbox\)<\/h1>/)
  const location = await s.consent()
  assert.ok(location.href.startsWith(`${s.redirectUri}&code=acme_code_`))
  assert.equal(location.searchParams.get('state'), 'st&te"<')
  assert.equal(location.searchParams.get('iss'), null)
  const { status, body, headers } = await s.token(s.codeForm(location.searchParams.get('code')!))
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope'])
  assert.deepEqual([body['token_type'], body['expires_in'], body['scope']], ['Bearer', 30, 'read profile'])
  const person = { id: 'ada', name: 'Ada Example', email: 'ada@example.com' }
  assert.deepEqual(await (await s.me(body['access_token']!)).json(), person)
  const rows = JSON.stringify(await s.db.read.selectFrom('sandbox_grants').selectAll().execute())
  assert.ok(rows.includes(digest(body['refresh_token']!)))
  assert.doesNotMatch(rows, /acme_(?:code|at|rt)_/)
  s.clock.advance(30_000)
  const late = await s.me(body['access_token']!)
  assert.equal(late.status, 401)
  assert.match(late.headers.get('www-authenticate')!, /^Bearer .*error="invalid_token"/)
})

scenario('a code is refused late, elsewhere, without its verifier, and twice', async (s) => {
  const fresh = s.codeForm(await s.code())
  const refusals: Fields[] = [
    { code_verifier: 'another-verifier-of-at-least-forty-three-characters' },
    { redirect_uri: s.redirectUri.replace('kept=1', 'kept=2') },
    { code: 'acme_code_unknown' },
  ]
  for (const change of refusals) {
    const { status, body } = await s.token({ ...fresh, ...change })
    assert.deepEqual([status, body['error']], [400, 'invalid_grant'], JSON.stringify(change))
  }
  const { code_verifier: _, ...bare } = fresh
  assert.equal((await s.token(bare)).body['error'], 'invalid_grant')
  const first = (await s.token(fresh)).body
  assert.equal((await s.me(first['access_token']!)).status, 200)
  assert.equal((await s.token(fresh)).body['error'], 'invalid_grant')
  assert.equal((await s.me(first['access_token']!)).status, 401, 'a code used twice ends its grant')
  assert.equal((await s.refresh(first['refresh_token']!)).body['error'], 'invalid_grant')

  const late = s.codeForm(await s.code())
  s.clock.advance(60_000)
  assert.equal((await s.token(late)).body['error'], 'invalid_grant')
  const raced = s.codeForm(await s.code())
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => s.token(raced)))
  assert.equal(outcomes.filter(({ status }) => status === 200).length, 1)
})

scenario('any token revokes its grant, an unknown one is no error, a stranger may not', async (s) => {
  const tokens = await s.exchange()
  const revoke = (form: Fields, headers?: Fields) => s.post('/sandbox/oauth/revoke', form, headers)
  const token = tokens['access_token']!
  assert.equal((await revoke({ token, ...CLIENT, client_secret: 'wrong' })).status, 401)
  assert.equal((await revoke({ ...CLIENT })).status, 400)
  assert.equal((await revoke({ token: 'unknown', ...CLIENT })).status, 200)
  assert.equal((await s.me(token)).status, 200)
  const basic = `Basic ${Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64')}`
  const answer = await revoke({ token }, { authorization: basic })
  assert.deepEqual([answer.status, await answer.text()], [200, ''])
  assert.equal((await s.me(token)).status, 401)
  assert.equal((await s.refresh(tokens['refresh_token']!)).body['error'], 'invalid_grant')
  assert.equal((await s.stats())['revocations'], 1)
})

scenario('consent denied, or to nothing, goes back as access_denied', async (s) => {
  const noScopes = { 'scope.read': 'on', 'scope.profile': 'on' }
  const denied = await s.consent({ decision: 'deny', ...noScopes })
  assert.equal(denied.searchParams.get('error'), 'access_denied')
  assert.equal(denied.searchParams.get('state'), 'st&te"<')
  assert.equal(denied.searchParams.get('code'), null)
  const nothing = await s.consent({}, { scope: 'write' })
  assert.equal(nothing.searchParams.get('error'), 'access_denied')
  const stranger = await s.post(`/sandbox/oauth/authorize?${s.query()}`, {
    person: 'mallory',
    decision: 'allow',
  })
  assert.equal(stranger.status, 400)
  const sent = await s.post(
    `/sandbox/oauth/authorize?${s.query({ redirect_uri: 'https://evil.example/' })}`,
    {
      person: 'ada',
      decision: 'allow',
      'scope.read': 'on',
    },
  )
  assert.deepEqual([sent.status, sent.headers.get('location')], [400, null])
  assert.deepEqual((await s.stats()).grants, [])
})

scenario('the token endpoint takes a form, once each field, and errors as RFC 6749 has them', async (s) => {
  const asked = async (body: string, type: string) => {
    const init = { method: 'POST', body, headers: { 'content-type': type } }
    const answer = await fetch(`${s.address}/sandbox/oauth/token`, init)
    return [answer.status, ((await answer.json()) as Fields)['error']]
  }
  const form = 'application/x-www-form-urlencoded'
  assert.deepEqual(await asked('{"grant_type":"refresh_token"}', 'application/json'), [
    415,
    'invalid_request',
  ])
  assert.deepEqual(await asked('code=a&code=b', form), [400, 'invalid_request'])
  assert.deepEqual(await asked('', form), [401, 'invalid_client'])
  const proof = new URLSearchParams(CLIENT).toString()
  assert.deepEqual(await asked(proof, form), [400, 'invalid_request'])
  assert.deepEqual(await asked(`${proof}&grant_type=password`, form), [400, 'unsupported_grant_type'])
  assert.deepEqual(await asked(`${proof}&grant_type=authorization_code`, form), [400, 'invalid_request'])
  assert.deepEqual(await asked('grant_type=refresh_token', form), [401, 'invalid_client'])
})
