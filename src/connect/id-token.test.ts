/** ID tokens that say who was connected: with claims that do not hold, nothing is connected. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { namedWorld, TOKENS, type World } from '../../test/connect-world.ts'
import { reply } from '../upstream/local-server.ts'

const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const jwt = (claims: object, alg = 'RS256') => `${encoded({ alg })}.${encoded(claims)}.c2ln`

const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** An OpenID provider with an issuer for each tenant, as Microsoft's is. */
const openIdWorld = (t: TestContext, oauth: object = {}) =>
  namedWorld(
    t,
    {
      issuer: 'https://idp.test/{{id_token.tid}}/v2.0',
      scopes: { default: ['openid', 'email'] },
      ...oauth,
    },
    { identity: { uid: '{{id_token.oid}}', name: '{{id_token.preferred_username}}' } },
  )

const goodClaims = (world: World, nonce: string | null) => ({
  iss: `https://idp.test/${TENANT}/v2.0`,
  tid: TENANT,
  aud: 'double-client',
  exp: world.clock.now() / 1000 + 3600,
  nonce,
  oid: 'person-7',
  preferred_username: 'ada@idp.test',
})

function answerWith(world: World, idToken: string): void {
  world.answers['/token'] = (_request, response) =>
    reply(response, 200, { ...TOKENS, scope: 'openid email', id_token: idToken })
}

test('G7-140, E3, D3, microsoft_outlook: the nonce goes out and comes back; the issuer names the tenant', async (t) => {
  const world = await openIdWorld(t)
  const { authorize, state, cookie } = await world.start(await world.token())
  const nonce = authorize.searchParams.get('nonce')
  assert.match(nonce ?? '', /^[\w-]{43}$/)
  assert.notEqual(nonce, state)
  answerWith(world, jwt(goodClaims(world, nonce)))
  const answer = await world.callback({ code: 'c', state }, cookie)
  assert.equal(answer.status, 303)
  const [account] = await world.rows('accounts')
  assert.equal(account?.name, 'ada@idp.test')
})

test('G7-140: wrong nonce, audience, issuer, expiry and alg none connect nothing', async (t) => {
  const world = await openIdWorld(t)
  const token = await world.token()
  const bad: [string, object, string?][] = [
    ['nonce', { nonce: 'x'.repeat(43) }],
    ['no nonce', { nonce: undefined }],
    ['audience', { aud: 'another-client' }],
    ['issuer', { iss: 'https://evil.example/v2.0' }],
    ['issuer of another tenant', { tid: '00000000-0000-0000-0000-000000000000' }],
    ['no tenant', { tid: undefined }],
    ['expiry', { exp: world.clock.now() / 1000 - 3600 }],
    ['alg none', {}, 'none'],
  ]
  for (const [what, change, alg] of bad) {
    const { authorize, state, cookie } = await world.start(token)
    answerWith(world, jwt({ ...goodClaims(world, authorize.searchParams.get('nonce')), ...change }, alg))
    const answer = await world.callback({ code: 'c', state }, cookie)
    assert.equal(await world.failure(answer, cookie), 'exchange_failed', what)
  }
  await world.assertNothingConnected(token)
  assert.doesNotMatch(world.logged(), /double-access-token|person-7/)
})

test('G7-140: an answer without an ID token connects an account whose owner is not known', async (t) => {
  const world = await openIdWorld(t)
  const { state, cookie } = await world.start(await world.token())
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'openid email' })
  await world.callback({ code: 'c', state }, cookie)
  const [account] = await world.rows('accounts')
  assert.equal(account?.name, null)
})

test('G7-140: an app that returns no nonce is sent none, and no app that reads no ID token is', async (t) => {
  const without = await openIdWorld(t, { id_token_nonce: false })
  const { authorize, state, cookie } = await without.start(await without.token())
  assert.equal(authorize.searchParams.get('nonce'), null)
  answerWith(without, jwt({ ...goodClaims(without, null), nonce: undefined }))
  assert.equal((await without.callback({ code: 'c', state }, cookie)).status, 303)
  assert.equal((await without.rows('accounts')).length, 1)

  const plain = await namedWorld(t)
  assert.equal((await plain.start(await plain.token())).authorize.searchParams.get('nonce'), null)
})

test('G7-131, xero_accounting_api, calendly_v2: iss is compared with the issuer that the catalogue names', async (t) => {
  const world = await namedWorld(t, { issuer: 'https://identity.idp.test' })
  const token = await world.token()
  for (const iss of ['https://idp.test', 'https://identity.idp.test/', 'https://evil.example', 'x']) {
    const { state, cookie } = await world.start(token)
    const answer = await world.callback({ code: 'c', state, iss }, cookie)
    assert.equal(await world.failure(answer, cookie), 'provider_mismatch', iss)
  }
  assert.equal(world.provided('/token').length, 0)
  const { state, cookie } = await world.start(token)
  await world.callback({ code: 'c', state, iss: 'https://identity.idp.test' }, cookie)
  assert.equal((await world.rows('accounts')).length, 1)
})
