/** Salesforce, from help.salesforce.com: "OAuth 2.0 Web Server Flow", "OAuth 2.0 Refresh Token Flow", "Revoke OAuth Tokens", "Refresh Token Rotation". */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = {
  client_id: '3MVG9lKcPoNINVBIPJjdw1J9LLM82Hn',
  client_secret: 'salesforce-client-secret-0123456789',
}
const USER = 'https://login.salesforce.com/id/00Dx0000000BV7z/005x00000012Q9P'

function salesforce({ instance = 'https://acme.my.salesforce.com', rotates = false } = {}) {
  const codes = codeBook<true>()
  const access = new Set<string>()
  const refreshTokens = new Set<string>()
  const revoked: string[] = []
  let count = 0
  const issue = (withRefresh: boolean) => {
    count += 1
    access.add(`00Dx!${count}`)
    if (withRefresh) refreshTokens.add(`5Aep861_${count}`)
    // Neither a life nor anything of its kind.
    return {
      access_token: `00Dx!${count}`,
      ...(withRefresh ? { refresh_token: `5Aep861_${count}` } : {}),
      signature: 'CMJ4l+CCaPQiKjoOEwEig9H4wqhpuLSk4J2urAe+fVg=',
      scope: 'refresh_token api id',
      instance_url: instance,
      id: USER,
      token_type: 'Bearer',
      issued_at: '1278448384422',
    }
  }
  const double: Double = {
    origins: ['https://login.salesforce.com', 'https://test.salesforce.com', 'https://*.my.salesforce.com'],
    consent(url, { deny }) {
      assert.equal(url.pathname, '/services/oauth2/authorize')
      return deny ? codes.deny(url, { error: 'access_denied' }) : codes.allow(url, true, `aPrx${count}==`)
    },
    answer({ method, url, headers, form }) {
      if (url.pathname === '/services/oauth2/token' && method === 'POST') {
        if (form.get('client_id') !== client.client_id || form.get('client_secret') !== client.client_secret)
          return {
            status: 400,
            body: { error: 'invalid_client', error_description: 'invalid client credentials' },
          }
        if (form.get('grant_type') === 'refresh_token') {
          const given = form.get('refresh_token') ?? ''
          if (!refreshTokens.has(given))
            return {
              status: 400,
              body: { error: 'invalid_grant', error_description: 'expired access/refresh token' },
            }
          if (rotates) refreshTokens.delete(given)
          return { status: 200, body: issue(rotates) }
        }
        return codes.redeem(Object.fromEntries(form))
          ? { status: 200, body: issue(true) }
          : { status: 400, body: { error: 'invalid_grant', error_description: 'invalid authorization code' } }
      }
      if (url.pathname === '/services/oauth2/revoke') {
        revoked.push(`${url.host} ${form.get('token')}`)
        return { status: 200 }
      }
      if (url.origin !== instance || !access.has(bearerOf(headers['authorization']) ?? ''))
        return {
          status: 401,
          body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
        }
      if (url.pathname === '/services/oauth2/userinfo')
        return { status: 200, body: { preferred_username: 'ada@acme.test' } }
      return { status: 200, body: {} }
    },
  }
  return { double, revoked, endSessions: () => access.clear() }
}

test('A1, D5, D7, E5, H13, salesforce_rest_api: the answer says where the API is and who it is', async (t) => {
  const { double } = salesforce()
  const world = await providerWorld(t, double, { slug: 'salesforce_rest_api', client })
  const { authorize } = await world.leave({ fields: { login_host: 'test.salesforce.com' } })
  assert.equal(authorize.host, 'test.salesforce.com')
  const account = await world.connect()
  assert.equal(account.credentials['instance_url'], 'https://acme.my.salesforce.com')
  assert.equal(account.credentials['oauth_uid'], USER)
  assert.equal(account.name, 'ada@acme.test')
  assert.equal((await world.call(account, { url: '/services/data' })).status, 200)
  assert.equal(world.requests.at(-1)?.url.host, 'acme.my.salesforce.com')
})

test('A1, salesforce_rest_api: no host of somebody else’s gets the client secret', async (t) => {
  const { double } = salesforce()
  const world = await providerWorld(t, double, { slug: 'salesforce_rest_api', client })
  for (const login_host of ['evil.test', 'salesforce.com.evil.test', 'x.salesforce.com@evil.test'])
    await assert.rejects(world.leave({ fields: { login_host } }), /field_invalid/, login_host)
})

test('D7, salesforce_rest_api: an instance elsewhere never gets the token', async (t) => {
  const { double } = salesforce({ instance: 'https://evil.test' })
  const world = await providerWorld(t, double, { slug: 'salesforce_rest_api', client })
  await world.travel()
  assert.ok(world.requests.every(({ url }) => url.host === 'login.salesforce.com'))
})

test('F1, F2, F9, salesforce_rest_api: a session that was ended is refreshed when a caller says so; rotation is a setting there', async (t) => {
  for (const rotates of [false, true]) {
    const { double, endSessions } = salesforce({ rotates })
    const world = await providerWorld(t, double, { slug: 'salesforce_rest_api', client })
    const account = await world.connect()
    endSessions()
    world.clock.advance(10 * 60_000)
    assert.ok((await world.reportUnauthorized(account)).ok)
    const after = await world.read(account.id)
    assert.notEqual(after.credentials?.['oauth_access_token'], account.credentials['oauth_access_token'])
    const isKept = after.credentials?.['oauth_refresh_token'] === account.credentials['oauth_refresh_token']
    assert.equal(isKept, !rotates)
  }
})

test('G1, salesforce_rest_api: revoked where the person signed in', async (t) => {
  const { double, revoked } = salesforce()
  const world = await providerWorld(t, double, { slug: 'salesforce_rest_api', client })
  const account = await world.connect({ fields: { login_host: 'test.salesforce.com' } })
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, [`test.salesforce.com ${account.credentials['oauth_refresh_token']}`])
})
