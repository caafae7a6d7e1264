/** Airtable (airtable.com/developers/web/api/oauth-reference) and Box (developer.box.com/guides/authentication/tokens): single-use refresh tokens. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { basicOf, bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = {
  client_id: 'client-id-of-the-double-0123456789',
  client_secret: 'client-secret-of-the-double-0123456789',
}
const SIXTY_DAYS = 5_184_000

function airtable() {
  const codes = codeBook<string>()
  const access = new Set<string>()
  let refresh: string | undefined
  let count = 0
  const issue = (scope: string) => {
    count += 1
    access.add(`oaa.${count}`)
    refresh = `oar.${count}`
    return {
      access_token: `oaa.${count}`,
      refresh_token: refresh,
      token_type: 'Bearer',
      scope,
      expires_in: 3600,
      refresh_expires_in: SIXTY_DAYS,
    }
  }
  const double: Double = {
    origins: ['https://airtable.com', 'https://api.airtable.com'],
    consent(url, { deny }) {
      const ask = url.searchParams
      if (ask.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(ask.get('code_challenge') ?? ''))
        return codes.deny(url, { error: 'invalid_request' })
      return deny ? codes.deny(url, { error: 'access_denied' }) : codes.allow(url, ask.get('scope') ?? '')
    },
    answer({ url, headers, form }) {
      if (url.href === 'https://airtable.com/oauth2/v1/token') {
        // A client with a secret must use the header.
        if (basicOf(headers['authorization']) !== `${client.client_id}:${client.client_secret}`)
          return { status: 401, body: { error: 'invalid_client' } }
        if (form.get('grant_type') === 'refresh_token') {
          // One that is used again ends everything.
          if (form.get('refresh_token') !== refresh) {
            refresh = undefined
            return { status: 400, body: { error: 'invalid_grant' } }
          }
          return { status: 200, body: issue('data.records:read') }
        }
        const scope = codes.redeem(Object.fromEntries(form))
        return scope === undefined
          ? { status: 400, body: { error: 'invalid_grant' } }
          : { status: 200, body: issue(scope) }
      }
      if (!access.has(bearerOf(headers['authorization']) ?? '')) return { status: 401 }
      return { status: 200, body: { id: 'usrL2PNC5o3H4lBEi', email: 'ada@acme.test' } }
    },
  }
  return { double }
}

test('A9, C1, D6, airtable_oauth: PKCE as it must be, the client in the header, the end of the refresh token', async (t) => {
  const { double } = airtable()
  const world = await providerWorld(t, double, { slug: 'airtable_oauth', client })
  const account = await world.connect()
  assert.equal(account.name, 'ada@acme.test')
  const [row] = await world.app.db.read.selectFrom('accounts').selectAll().execute()
  assert.equal(row?.refresh_expires_at, world.clock.now() + SIXTY_DAYS * 1000)
})

test('F1, airtable_oauth: fifty readers of an expired account, one refresh, no refresh token twice', async (t) => {
  const { double } = airtable()
  const world = await providerWorld(t, double, { slug: 'airtable_oauth', client })
  const account = await world.connect()
  for (let round = 1; round <= 3; round += 1) {
    world.clock.advance(3_600_000)
    const reads = await Promise.all(Array.from({ length: 50 }, () => world.read(account.id)))
    assert.ok(reads.every(({ healthy }) => healthy))
    assert.equal(
      world.requests.filter(({ form }) => form.get('grant_type') === 'refresh_token').length,
      round,
    )
  }
})

test('A13, airtable_oauth: what the provider wants of the callback address is said beside it', async (t) => {
  const { double } = airtable()
  const world = await providerWorld(t, double, { slug: 'airtable_oauth', client })
  const answer = await world.api(`/oauth_apps/${world.oauthAppId}/check`, { method: 'POST' })
  assert.equal(answer.status, 200)
  // This server is at http://localhost, which Airtable does not take.
  assert.match(JSON.stringify(await answer.json()), /https/)
})

function box() {
  const codes = codeBook<true>()
  const access = new Set<string>()
  const refreshTokens = new Set<string>()
  const revoked: string[] = []
  let count = 0
  const issue = () => {
    count += 1
    access.add(`c3FIOG9vS${count}`)
    refreshTokens.add(`J7rxTiWOHM${count}`)
    return {
      access_token: `c3FIOG9vS${count}`,
      refresh_token: `J7rxTiWOHM${count}`,
      expires_in: 3677,
      restricted_to: [],
      token_type: 'bearer',
    }
  }
  const double: Double = {
    origins: ['https://account.box.com', 'https://api.box.com'],
    consent(url, { deny }) {
      assert.equal(url.origin + url.pathname, 'https://account.box.com/api/oauth2/authorize')
      return deny ? codes.deny(url, { error: 'access_denied' }) : codes.allow(url, true)
    },
    answer({ url, headers, form }) {
      const isClient =
        form.get('client_id') === client.client_id && form.get('client_secret') === client.client_secret
      if (url.pathname.startsWith('/oauth2/') && !isClient)
        return { status: 400, body: { error: 'invalid_client' } }
      if (url.pathname === '/oauth2/revoke') {
        revoked.push(form.get('token') ?? '')
        return { status: 200 }
      }
      if (url.pathname === '/oauth2/token') {
        const isGood =
          form.get('grant_type') === 'refresh_token'
            ? refreshTokens.delete(form.get('refresh_token') ?? '')
            : codes.redeem(Object.fromEntries(form)) === true
        return isGood
          ? { status: 200, body: issue() }
          : { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid refresh token' } }
      }
      return access.has(bearerOf(headers['authorization']) ?? '')
        ? { status: 200, body: { type: 'user', id: '11446498', login: 'ada@acme.test' } }
        : { status: 401 }
    },
  }
  return { double, revoked }
}

test('F1, F6, box: a refresh token lives for one use and sixty days, so an unused account is kept alive', async (t) => {
  const { double } = box()
  const world = await providerWorld(t, double, { slug: 'box', client })
  const account = await world.connect()
  assert.equal(account.name, 'ada@acme.test')
  const [row] = await world.app.db.read.selectFrom('accounts').selectAll().execute()
  assert.ok(row?.next_refresh_at != null && row.next_refresh_at < world.clock.now() + SIXTY_DAYS * 1000)
  world.clock.advance(3_677_000)
  const after = await world.read(account.id)
  assert.notEqual(after.credentials?.['oauth_refresh_token'], account.credentials['oauth_refresh_token'])
})

test('G1, box: revoked with client and token in the body', async (t) => {
  const { double, revoked } = box()
  const world = await providerWorld(t, double, { slug: 'box', client })
  const account = await world.connect()
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, [account.credentials['oauth_refresh_token']])
})
