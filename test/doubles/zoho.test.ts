/** Zoho, from zoho.com/accounts/protocol/oauth: "Multi DC", "Web apps: get a code, get tokens, refresh, revoke", and CRM's "Authorization". */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import type { Double } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = {
  client_id: '1000.GMB0YULZHJK411248S8I5GZ4CHUEX0',
  client_secret: 'zoho-client-secret-0123456789abcdef',
}

interface DataCentre {
  accounts: string
  api: string
  location: string
}
const US: DataCentre = {
  accounts: 'https://accounts.zoho.com',
  api: 'https://www.zohoapis.com',
  location: 'us',
}
const EU: DataCentre = {
  accounts: 'https://accounts.zoho.eu',
  api: 'https://www.zohoapis.eu',
  location: 'eu',
}
const CA: DataCentre = {
  accounts: 'https://accounts.zohocloud.ca',
  api: 'https://www.zohoapis.ca',
  location: 'ca',
}

function zoho(home: DataCentre) {
  const codes = codeBook<true>({ ignoresPkce: true })
  const access = new Set<string>()
  const revoked: string[] = []
  let count = 0
  const issue = (withRefresh: boolean) => {
    count += 1
    access.add(`1000.${count}`)
    return {
      access_token: `1000.${count}`,
      ...(withRefresh ? { refresh_token: '1000.refresh' } : {}),
      api_domain: home.api,
      token_type: 'Bearer',
      expires_in: 3600,
    }
  }
  const double: Double = {
    origins: [US, EU, CA].flatMap(({ accounts, api }) => [accounts, api]).concat('https://evil.test'),
    consent(url, { deny }) {
      // Everybody is sent to the American server, which knows where a person lives.
      assert.equal(url.origin + url.pathname, 'https://accounts.zoho.com/oauth/v2/auth')
      assert.match(url.searchParams.get('scope') ?? '', /^[\w.]+(,[\w.]+)*$/)
      assert.equal(url.searchParams.get('access_type'), 'offline')
      if (deny) return codes.deny(url, { error: 'access_denied' })
      const back = codes.allow(url, true)
      back.searchParams.set('location', home.location)
      back.searchParams.set('accounts-server', home.accounts)
      return back
    },
    answer({ url, headers, form }) {
      if (url.origin === 'https://evil.test') return { status: 200, body: issue(true) }
      if (url.pathname === '/oauth/v2/token') {
        if (url.origin !== home.accounts) return { status: 200, body: { error: 'invalid_code' } }
        // Errors come with 200.
        if (form.get('client_secret') !== client.client_secret)
          return { status: 200, body: { error: 'invalid_client' } }
        if (form.get('grant_type') === 'refresh_token')
          return {
            status: 200,
            body: form.get('refresh_token') === '1000.refresh' ? issue(false) : { error: 'invalid_code' },
          }
        return {
          status: 200,
          body: codes.redeem(Object.fromEntries(form)) ? issue(true) : { error: 'invalid_code' },
        }
      }
      if (url.pathname === '/oauth/v2/token/revoke') {
        revoked.push(`${url.origin} ${url.searchParams.get('token')}`)
        return { status: 200, body: { status: 'success' } }
      }
      const [, token = ''] = /^Zoho-oauthtoken (.+)$/.exec(headers['authorization'] ?? '') ?? []
      if (url.origin !== home.api || !access.has(token))
        return { status: 401, body: { code: 'INVALID_TOKEN' } }
      return { status: 200, body: { users: [{ id: '554023000000691003', email: 'ada@acme.test' }] } }
    },
  }
  return { double, revoked }
}

for (const home of [US, EU, CA])
  test(`B1, C6, D7, H2, H13, zoho_crm: somebody of ${home.location} gets tokens at home and is called there`, async (t) => {
    const { double } = zoho(home)
    const world = await providerWorld(t, double, { slug: 'zoho_crm', client })
    const account = await world.connect()
    assert.equal(account.name, 'ada@acme.test')
    assert.equal(account.credentials['api_domain'], home.api)
    world.clock.advance(3_600_000)
    const after = await world.read(account.id)
    assert.notEqual(after.credentials?.['oauth_access_token'], account.credentials['oauth_access_token'])
    assert.equal(after.credentials?.['oauth_refresh_token'], '1000.refresh')
    assert.ok(world.requests.every(({ url }) => [home.accounts, home.api].includes(url.origin)))
  })

test('C6, B1, zoho_crm: a server that is none of Zoho’s gets neither code nor client secret', async (t) => {
  const { double } = zoho(EU)
  const world = await providerWorld(t, double, { slug: 'zoho_crm', client })
  for (const server of [
    'https://evil.test',
    'https://accounts.zoho.eu.evil.test',
    'https://accounts.zoho.eu@evil.test',
    'http://accounts.zoho.eu',
  ])
    assert.equal(
      (await world.travel({ callback: { 'accounts-server': server } })).code,
      'provider_mismatch',
      server,
    )
  assert.equal(world.requests.length, 0)
})

test('D1, zoho_crm: errors come with 200', async (t) => {
  const { double } = zoho(US)
  const wrong = { ...client, client_secret: 'not-the-secret-of-this-client-0123' }
  const world = await providerWorld(t, double, { slug: 'zoho_crm', client: wrong })
  assert.equal((await world.travel()).code, 'client_refused')
})

test('G4, zoho_crm: revoked at home, the refresh token in the query', async (t) => {
  const { double, revoked } = zoho(EU)
  const world = await providerWorld(t, double, { slug: 'zoho_crm', client })
  const account = await world.connect()
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, ['https://accounts.zoho.eu 1000.refresh'])
})
