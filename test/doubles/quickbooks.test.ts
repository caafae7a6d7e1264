/** QuickBooks Online, from developer.intuit.com: "Set up OAuth 2.0" (realmId, Basic, lives, revoke) and the policy of five years. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { basicOf, bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = {
  client_id: 'Q0123456789quickbooksclientid',
  client_secret: 'quickbooks-client-secret-0123456789',
}
const REALM = '1231434565226279'
const HUNDRED_DAYS = 8_726_400

function quickbooks() {
  const codes = codeBook<true>({ ignoresPkce: true })
  const access = new Set<string>()
  let refresh = 'AB11-first'
  const revoked: unknown[] = []
  let count = 0
  const issue = () => {
    count += 1
    access.add(`eyJlbmMi.${count}`)
    return {
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token: refresh,
      x_refresh_token_expires_in: HUNDRED_DAYS,
      access_token: `eyJlbmMi.${count}`,
    }
  }
  const double: Double = {
    origins: [
      'https://appcenter.intuit.com',
      'https://oauth.platform.intuit.com',
      'https://developer.api.intuit.com',
      'https://quickbooks.api.intuit.com',
    ],
    consent(url, { deny }) {
      assert.equal(url.origin + url.pathname, 'https://appcenter.intuit.com/connect/oauth2')
      if (deny) return codes.deny(url, { error: 'access_denied' })
      const back = codes.allow(url, true)
      back.searchParams.set('realmId', REALM)
      return back
    },
    answer({ url, headers, form, json }) {
      const isClient = basicOf(headers['authorization']) === `${client.client_id}:${client.client_secret}`
      if (url.pathname === '/oauth2/v1/tokens/bearer') {
        if (!isClient || form.has('client_secret')) return { status: 401, body: { error: 'invalid_client' } }
        if (form.get('grant_type') === 'refresh_token') {
          if (form.get('refresh_token') !== refresh) return { status: 400, body: { error: 'invalid_grant' } }
          refresh = `AB11-after-${count}`
          return { status: 200, body: issue() }
        }
        return codes.redeem(Object.fromEntries(form))
          ? { status: 200, body: issue() }
          : { status: 400, body: { error: 'invalid_grant' } }
      }
      if (url.pathname === '/v2/oauth2/tokens/revoke') {
        if (!isClient) return { status: 401 }
        revoked.push(json)
        return { status: 200 }
      }
      if (!access.has(bearerOf(headers['authorization']) ?? ''))
        return { status: 401, body: '<IntuitResponse/>' }
      // XML, unless JSON is asked for.
      if (headers['accept'] !== 'application/json') return { status: 200, body: '<IntuitResponse/>' }
      return { status: 200, body: { CompanyInfo: { CompanyName: 'Analytical Engines' } } }
    },
  }
  return { double, revoked }
}

test('B1, C1, D6, F6, quickbooks: the company comes with the callback; the refresh token has an end', async (t) => {
  const { double } = quickbooks()
  const world = await providerWorld(t, double, { slug: 'quickbooks', client })
  const account = await world.connect()
  assert.equal(account.credentials['company_id'], REALM)
  assert.equal(account.name, 'Analytical Engines')
  const [row] = await world.app.db.read.selectFrom('accounts').selectAll().execute()
  assert.equal(row?.refresh_expires_at, world.clock.now() + HUNDRED_DAYS * 1000)
})

test('B1, quickbooks: a company id that is none goes nowhere', async (t) => {
  const { double } = quickbooks()
  const world = await providerWorld(t, double, { slug: 'quickbooks', client })
  assert.equal((await world.travel({ callback: { realmId: '../../evil' } })).code, 'provider_mismatch')
  assert.equal(world.requests.length, 0, 'the code was not spent')
})

test('F1, quickbooks: the refresh token changes, and only the new one is used', async (t) => {
  const { double } = quickbooks()
  const world = await providerWorld(t, double, { slug: 'quickbooks', client })
  const account = await world.connect()
  for (let i = 0; i < 3; i += 1) {
    world.clock.advance(3_600_000)
    assert.equal((await world.read(account.id)).healthy, true)
  }
  const used = world.requests.map(({ form }) => form.get('refresh_token')).filter((token) => token !== null)
  assert.equal(new Set(used).size, 3)
})

test('G1, quickbooks: revoked as JSON with Basic', async (t) => {
  const { double, revoked } = quickbooks()
  const world = await providerWorld(t, double, { slug: 'quickbooks', client })
  const account = await world.connect()
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, [{ token: 'AB11-first' }])
})
