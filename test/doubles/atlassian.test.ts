/** Atlassian, from developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps: authorize with audience, JSON token calls, accessible-resources. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'

const client = {
  client_id: 'atlassianClientId0123456789',
  client_secret: 'ATOAatlassian-client-secret-0123456789',
}
const site = (name: string, id: string) => ({
  id,
  name,
  url: `https://${name}.atlassian.net`,
  scopes: ['read:jira-work'],
  avatarUrl: '',
})
const ONE = [site('analytical', '1324a887-45db-1bf4-1e99-ef0ff456d421')]

function atlassian(sites = ONE) {
  const codes = codeBook<string>({ ignoresPkce: true })
  const access = new Set<string>()
  const refreshTokens = new Set<string>()
  let count = 0
  const issue = (scope: string) => {
    count += 1
    access.add(`eyJraWQi.${count}`)
    refreshTokens.add(`eyJyZWZy.${count}`)
    return {
      access_token: `eyJraWQi.${count}`,
      refresh_token: `eyJyZWZy.${count}`,
      expires_in: 3600,
      token_type: 'Bearer',
      scope,
    }
  }
  const double: Double = {
    origins: ['https://auth.atlassian.com', 'https://api.atlassian.com'],
    consent(url, { deny }) {
      const ask = url.searchParams
      assert.equal(url.origin + url.pathname, 'https://auth.atlassian.com/authorize')
      assert.equal(ask.get('audience'), 'api.atlassian.com')
      assert.equal(ask.get('prompt'), 'consent')
      return deny
        ? codes.deny(url, { error: 'access_denied', error_description: 'User did not authorize the request' })
        : codes.allow(url, ask.get('scope') ?? '')
    },
    answer({ url, headers, json }) {
      if (url.href === 'https://auth.atlassian.com/oauth/token') {
        const members = (json ?? {}) as Record<string, string>
        if (members['client_id'] !== client.client_id || members['client_secret'] !== client.client_secret)
          return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } }
        if (members['grant_type'] === 'refresh_token') {
          if (!refreshTokens.delete(members['refresh_token'] ?? ''))
            return {
              status: 403,
              body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
            }
          return { status: 200, body: issue('read:jira-work offline_access') }
        }
        const scope = codes.redeem(members)
        return scope === undefined
          ? { status: 403, body: { error: 'invalid_grant' } }
          : { status: 200, body: issue(scope) }
      }
      if (!access.has(bearerOf(headers['authorization']) ?? '')) return { status: 401, body: { code: 401 } }
      if (url.pathname === '/oauth/token/accessible-resources') return { status: 200, body: sites }
      if (url.pathname === '/me')
        return { status: 200, body: { account_id: '5b10a2844c20165700ede21g', email: 'ada@acme.test' } }
      return { status: 200, body: {} }
    },
  }
  return { double, endRefreshTokens: () => refreshTokens.clear() }
}

test('A4, E1, F1, jira: the one site is taken, JSON goes to the token endpoint, refresh tokens rotate', async (t) => {
  const { double } = atlassian()
  const world = await providerWorld(t, double, { slug: 'jira', client })
  const account = await world.connect()
  assert.equal(account.credentials['cloud_id'], ONE[0]?.id)
  assert.equal(account.name, 'ada@acme.test')
  world.clock.advance(3_600_000)
  const after = await world.read(account.id)
  assert.notEqual(after.credentials?.['oauth_refresh_token'], account.credentials['oauth_refresh_token'])
  assert.equal(after.credentials?.['cloud_id'], ONE[0]?.id)
})

test('E1, jira: without a site there is nothing to connect', async (t) => {
  const { double } = atlassian([])
  const world = await providerWorld(t, double, { slug: 'jira', client })
  const { status, code } = await world.travel()
  assert.ok(status >= 400)
  assert.notEqual(code, '')
  assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
})

test('E1, confluence: of several sites the person chooses, and until then nothing is stored', async (t) => {
  const second = site('difference', '99999999-45db-1bf4-1e99-ef0ff456d421')
  const { double } = atlassian([...ONE, second])
  const world = await providerWorld(t, double, { slug: 'confluence', client })
  const { status, page } = await world.travel()
  assert.equal(status, 200)
  assert.match(page, /https:\/\/analytical\.atlassian\.net/)
  assert.match(page, /https:\/\/difference\.atlassian\.net/)
  assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
})

test('A12, jira: the callback address is that of the OAuth app, for everybody and every time', async (t) => {
  const { double } = atlassian()
  const world = await providerWorld(t, double, { slug: 'jira', client })
  const addresses = await Promise.all(
    ['u1', 'u2'].map(async (external_user_id) => {
      const { authorize } = await world.leave({ token: { external_user_id } })
      return authorize.searchParams.get('redirect_uri')
    }),
  )
  assert.deepEqual(
    new Set(addresses),
    new Set([`${world.server.url}/connect/oauth/${world.oauthAppId}/callback`]),
  )
  const shown = (await (await world.api(`/oauth_apps/${world.oauthAppId}`)).json()) as {
    redirect_uri: string
  }
  assert.equal(shown.redirect_uri, addresses[0])
})

test('F7, jira: a refresh token that has ended is answered with 403, and is the end of the grant all the same', async (t) => {
  const { double, endRefreshTokens } = atlassian()
  const world = await providerWorld(t, double, { slug: 'jira', client })
  const account = await world.connect()
  endRefreshTokens()
  world.clock.advance(3_600_000)
  const after = await world.read(account.id)
  assert.equal(after.healthy, false)
  const [row] = await world.app.db.read.selectFrom('credentials').selectAll().execute()
  assert.equal(row?.failure_kind, 'permanent')
})
