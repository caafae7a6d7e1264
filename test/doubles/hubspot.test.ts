/** HubSpot, from developers.hubspot.com: "Working with OAuth", "Manage OAuth tokens (2026-03)", and the note on the end of v1. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'

const client = {
  client_id: '8e2f5a70-0000-4000-8000-0123456789ab',
  client_secret: 'hubspot-client-secret-0123456789ab',
}

function hubspot() {
  const codes = codeBook<string[]>()
  const access = new Set<string>()
  let count = 0
  const issue = (scopes: string[]) => {
    count += 1
    access.add(`CJSP5qf1_${count}`)
    return {
      access_token: `CJSP5qf1_${count}`,
      refresh_token: 'na1-refresh',
      expires_in: 1800,
      token_type: 'bearer',
      hub_id: 1234567,
      scopes,
    }
  }
  const double: Double = {
    origins: ['https://app.hubspot.com', 'https://api.hubapi.com'],
    consent(url, { deny }) {
      assert.equal(url.origin + url.pathname, 'https://app.hubspot.com/oauth/authorize')
      if (deny) return codes.deny(url, { error: 'access_denied' })
      return codes.allow(url, (url.searchParams.get('scope') ?? '').split(' '))
    },
    answer({ url, headers, form }) {
      if (url.pathname === '/oauth/v1/token') return { status: 410, body: { message: 'This API has ended' } }
      if (url.pathname.startsWith('/oauth/2026-03/')) {
        if ([...url.searchParams].length > 0) return { status: 400, body: { error: 'invalid_request' } }
        if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
          return { status: 415, body: { error: 'invalid_request' } }
        if (form.get('client_id') !== client.client_id || form.get('client_secret') !== client.client_secret)
          return { status: 401, body: { error: 'invalid_client' } }
        if (url.pathname.endsWith('/introspect'))
          return access.has(form.get('token') ?? '')
            ? {
                status: 200,
                body: {
                  active: true,
                  hub_id: 1234567,
                  user_id: 293199,
                  user: 'ada@acme.test',
                  hub_domain: 'acme.test',
                },
              }
            : { status: 200, body: { active: false } }
        if (form.get('grant_type') === 'refresh_token')
          return form.get('refresh_token') === 'na1-refresh'
            ? { status: 200, body: issue(['oauth']) }
            : { status: 400, body: { error: 'invalid_grant' } }
        const scopes = codes.redeem(Object.fromEntries(form))
        return scopes
          ? { status: 200, body: issue(scopes) }
          : { status: 400, body: { error: 'invalid_grant' } }
      }
      return access.has(bearerOf(headers['authorization']) ?? '')
        ? { status: 200, body: { results: [] } }
        : { status: 401, body: { category: 'INVALID_AUTHENTICATION' } }
    },
  }
  return { double }
}

test('C2, E6, F2, hubspot: today’s token address, all in the body, the person known by introspection', async (t) => {
  const { double } = hubspot()
  const world = await providerWorld(t, double, { slug: 'hubspot', client })
  const account = await world.connect()
  assert.equal(account.name, 'ada@acme.test')
  assert.equal(account.credentials['oauth_uid'], '1234567:293199')
  assert.ok(account.authorized_scopes?.includes('crm.objects.contacts.read'))
  assert.ok(!world.requests.some(({ url }) => url.pathname.startsWith('/oauth/v1/')))
  world.clock.advance(1_800_000)
  const after = await world.read(account.id)
  assert.notEqual(after.credentials?.['oauth_access_token'], account.credentials['oauth_access_token'])
  assert.equal(after.credentials?.['oauth_refresh_token'], 'na1-refresh')
})
