/** Shopify, from shopify.dev: "Authorization code grant" (hmac, shop), "About offline access tokens" (expiring=1), the GraphQL Admin API. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import type { Double } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = { client_id: '1a2b3c4d5e6f', client_secret: 'hush-shopify-client-secret-0123456789' }
const fields = { shop_id: 'analytical-engines' }
const SHOP = 'analytical-engines.myshopify.com'

function shopify() {
  const codes = codeBook<true>({ ignoresPkce: true, withoutRedirectUri: true })
  const access = new Set<string>()
  const refreshTokens = new Set<string>()
  const uninstalled: string[] = []
  let count = 0
  const signed = (url: URL, shop: string) => {
    url.searchParams.set('shop', shop)
    url.searchParams.set('timestamp', '1337178173')
    url.searchParams.set('host', 'YWRtaW4uc2hvcGlmeS5jb20vc3RvcmU=')
    const message = [...url.searchParams]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')
    url.searchParams.set('hmac', createHmac('sha256', client.client_secret).update(message).digest('hex'))
    return url
  }
  const issue = (expiring: boolean) => {
    count += 1
    access.add(`shpat_${count}`)
    // Asked for both, Shopify names only the one that writes: it implies the one that reads.
    const scope = 'write_products,read_orders,read_customers'
    if (!expiring) return { access_token: `shpat_${count}`, scope }
    refreshTokens.add(`shprt_${count}`)
    return {
      access_token: `shpat_${count}`,
      scope,
      expires_in: 3600,
      refresh_token: `shprt_${count}`,
      refresh_token_expires_in: 7_776_000,
    }
  }
  const double: Double = {
    origins: [`https://${SHOP}`],
    consent(url, { person = SHOP }) {
      assert.equal(url.origin + url.pathname, `https://${SHOP}/admin/oauth/authorize`)
      assert.match(url.searchParams.get('scope') ?? '', /^[a-z_]+(,[a-z_]+)*$/)
      return signed(codes.allow(url, true), person)
    },
    answer({ method, url, headers, form, json }) {
      if (url.pathname === '/admin/oauth/access_token' && method === 'POST') {
        if (form.get('client_id') !== client.client_id || form.get('client_secret') !== client.client_secret)
          return { status: 401, body: { error: 'invalid_client' } }
        if (form.get('grant_type') === 'refresh_token') {
          if (!refreshTokens.delete(form.get('refresh_token') ?? ''))
            return { status: 400, body: { error: 'invalid_grant' } }
          return { status: 200, body: issue(true) }
        }
        if (!codes.redeem(Object.fromEntries(form)))
          return {
            status: 400,
            body: {
              error: 'invalid_request',
              error_description: 'The authorization code was not found or was already used',
            },
          }
        return { status: 200, body: issue(form.get('expiring') === '1') }
      }
      if (!access.has(headers['x-shopify-access-token'] ?? ''))
        return { status: 401, body: { errors: '[API] Invalid API key or access token' } }
      if (method === 'DELETE' && url.pathname === '/admin/api_permissions/current.json') {
        uninstalled.push(headers['x-shopify-access-token'] ?? '')
        return { status: 200, body: {} }
      }
      // GraphQL says errors inside 200.
      const { query = '' } = (json ?? {}) as { query?: string }
      if (url.pathname.endsWith('/graphql.json'))
        return {
          status: 200,
          body: query.includes('shop')
            ? { data: { shop: { id: 'gid://shopify/Shop/548380009', myshopifyDomain: SHOP } } }
            : { errors: [{ message: 'syntax error' }] },
        }
      return { status: 404 }
    },
  }
  return { double, uninstalled }
}

test('A1, A5, B1, C3, D6, D8, E2, H3, shopify: the shop’s own host, a signed callback, tokens that expire because we ask for it', async (t) => {
  const { double } = shopify()
  const world = await providerWorld(t, double, { slug: 'shopify', client })
  const account = await world.connect({ fields })
  assert.equal(account.name, SHOP)
  assert.equal(account.credentials['oauth_uid'], 'gid://shopify/Shop/548380009')
  assert.match(account.credentials['oauth_refresh_token'] ?? '', /^shprt_/)
  const seen = world.requests.filter(({ url }) => url.pathname.endsWith('graphql.json'))
  assert.ok(seen.length > 0 && seen.every(({ headers }) => headers['authorization'] === undefined))
})

test('B1, shopify: a callback whose signature does not hold, or which is another shop’s, spends no code', async (t) => {
  const { double } = shopify()
  const world = await providerWorld(t, double, { slug: 'shopify', client })
  for (const callback of [
    { hmac: 'ab'.repeat(32) },
    { hmac: null },
    { code: 'other' },
    { shop: 'evil.myshopify.com' },
  ])
    assert.equal(
      (await world.travel({ fields, callback })).code,
      'provider_mismatch',
      JSON.stringify(callback),
    )
  assert.equal(
    (await world.travel({ fields, decision: { person: 'evil.myshopify.com' } })).code,
    'provider_mismatch',
  )
  assert.equal(world.requests.length, 0)
})

test('B3, shopify: an installation that began at the provider has no state of ours and connects nothing', async (t) => {
  const { double } = shopify()
  const world = await providerWorld(t, double, { slug: 'shopify', client })
  const answer = await world.send(
    `/connect/oauth/${world.oauthAppId}/callback?shop=${SHOP}&code=fromoutside&hmac=${'0'.repeat(64)}&timestamp=1`,
  )
  assert.ok(answer.status >= 400 && answer.status < 500)
  assert.equal(world.requests.length, 0)
  assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
})

test('F1, shopify: a refresh ends the old refresh token and is made once', async (t) => {
  const { double } = shopify()
  const world = await providerWorld(t, double, { slug: 'shopify', client })
  const account = await world.connect({ fields })
  world.clock.advance(3_600_000)
  const reads = await Promise.all(Array.from({ length: 20 }, () => world.read(account.id)))
  assert.equal(new Set(reads.map(({ credentials }) => credentials?.['oauth_access_token'])).size, 1)
  assert.equal(world.requests.filter(({ form }) => form.get('grant_type') === 'refresh_token').length, 1)
})

test('G2, shopify: deleting uninstalls the app from the store', async (t) => {
  const { double, uninstalled } = shopify()
  const world = await providerWorld(t, double, { slug: 'shopify', client })
  const account = await world.connect({ fields })
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => uninstalled.length > 0, 'the revocation')
  assert.deepEqual(uninstalled, [account.credentials['oauth_access_token']])
})
