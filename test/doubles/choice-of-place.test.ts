/** Docusign (developers.docusign.com/platform/auth, "User info") and Xero (developer.xero.com, "The standard authorization code flow", "Connections"). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { basicOf, bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'

const client = {
  client_id: '7c2b8d7e-0000-0000-0000-e5a0fca6a1cc',
  client_secret: 'client-secret-of-the-double-0123456789',
}
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function docusign(accounts: object[]) {
  const codes = codeBook<true>()
  let count = 0
  const double: Double = {
    origins: ['https://account.docusign.com', 'https://account-d.docusign.com', 'https://na2.docusign.net'],
    consent: (url) => codes.allow(url, true),
    answer({ url, headers, form }) {
      if (url.pathname === '/oauth/token') {
        if (basicOf(headers['authorization']) !== `${client.client_id}:${client.client_secret}`)
          return { status: 400, body: { error: 'invalid_grant', error_description: 'unauthorized_client' } }
        if (form.get('grant_type') !== 'refresh_token' && !codes.redeem(Object.fromEntries(form)))
          return { status: 400, body: { error: 'invalid_grant' } }
        count += 1
        return {
          status: 200,
          body: {
            access_token: `eyJ0.${count}`,
            token_type: 'Bearer',
            refresh_token: `ayJ0.${count}`,
            expires_in: 28_800,
          },
        }
      }
      if (bearerOf(headers['authorization']) === undefined) return { status: 401 }
      if (url.pathname === '/oauth/userinfo')
        return { status: 200, body: { sub: '50d89ab1', email: 'ada@acme.test', accounts } }
      return { status: 200, body: {} }
    },
  }
  return { double }
}
const place = (id: string, isDefault: boolean, base = 'https://na2.docusign.net') => ({
  account_id: id,
  account_name: `Account ${id}`,
  is_default: isDefault,
  base_uri: base,
})

test('A3, E1, H13, docusign: the default account is taken, and its own address called', async (t) => {
  const { double } = docusign([place('one', false), place('two', true)])
  const world = await providerWorld(t, double, { slug: 'docusign', client })
  const { authorize } = await world.leave({ fields: { auth_host: 'account-d.docusign.com' } })
  assert.equal(authorize.host, 'account-d.docusign.com')
  const account = await world.connect()
  assert.equal(account.credentials['account_id'], 'two')
  assert.equal(account.credentials['base_uri'], 'https://na2.docusign.net')
  assert.equal((await world.call(account, { url: '/restapi/v2.1/accounts/two' })).status, 200)
  assert.equal(world.requests.at(-1)?.url.host, 'na2.docusign.net')
})

test('E1, docusign: an address that is none of Docusign’s is not taken', async (t) => {
  const { double } = docusign([place('one', true, 'https://evil.test')])
  const world = await providerWorld(t, double, { slug: 'docusign', client })
  assert.ok((await world.travel()).status >= 400)
  assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
})

function xero(now: () => number) {
  const codes = codeBook<string | null>()
  let count = 0
  const double: Double = {
    origins: ['https://login.xero.com', 'https://identity.xero.com', 'https://api.xero.com'],
    consent(url) {
      const back = codes.allow(url, url.searchParams.get('nonce'))
      back.searchParams.set('iss', 'https://identity.xero.com')
      return back
    },
    answer({ url, headers, form }) {
      if (url.href === 'https://identity.xero.com/connect/token') {
        if (basicOf(headers['authorization']) !== `${client.client_id}:${client.client_secret}`)
          return { status: 400, body: { error: 'invalid_client' } }
        const nonce =
          form.get('grant_type') === 'refresh_token' ? null : codes.redeem(Object.fromEntries(form))
        if (nonce === undefined) return { status: 400, body: { error: 'invalid_grant' } }
        count += 1
        const claims = {
          iss: 'https://identity.xero.com',
          aud: client.client_id,
          sub: 'db0d5d2c',
          xero_userid: '1945393b-6eb7-4143-b083-7ab26cd7690b',
          email: 'ada@acme.test',
          exp: Math.floor(now() / 1000) + 300,
          iat: Math.floor(now() / 1000),
          ...(nonce === null ? {} : { nonce }),
        }
        return {
          status: 200,
          body: {
            id_token: `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`,
            access_token: `xero.${count}`,
            expires_in: 1800,
            token_type: 'Bearer',
            refresh_token: `xeror.${count}`,
            scope:
              'openid profile email offline_access accounting.settings accounting.contacts accounting.invoices accounting.payments accounting.banktransactions',
          },
        }
      }
      if (bearerOf(headers['authorization']) === undefined) return { status: 401 }
      if (url.pathname === '/connections')
        return {
          status: 200,
          body: [
            { id: 'c1', tenantId: '70784a63', tenantType: 'ORGANISATION', tenantName: 'Maple Florists Ltd' },
          ],
        }
      return { status: 200, body: headers }
    },
  }
  return { double }
}

test('C1, D3, E1, E3, H12, xero_accounting_api: another issuer than the page one signs in at; the organisation goes along', async (t) => {
  const time = { now: () => Date.parse('2026-11-22T12:00:00Z') }
  const world = await providerWorld(t, xero(() => time.now()).double, { slug: 'xero_accounting_api', client })
  time.now = () => world.clock.now()
  const account = await world.connect()
  assert.equal(account.credentials['tenant_id'], '70784a63')
  assert.equal(account.name, 'ada@acme.test')
  const sent = JSON.parse(
    (await world.call(account, { url: 'https://api.xero.com/api.xro/2.0/Organisation' })).body.toString(),
  ) as Record<string, string>
  assert.equal(sent['xero-tenant-id'], '70784a63')
  assert.equal((await world.travel({ callback: { iss: 'https://evil.test' } })).code, 'provider_mismatch')
})
