/** Instagram, from developers.facebook.com/docs/instagram-platform: "Business Login", "Long-lived tokens", "Refresh a long-lived token". */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'

const client = { client_id: '990602627938098', client_secret: 'instagram-client-secret-0123456789' }
const SIXTY_DAYS = 5_183_944
const DAY_MS = 86_400_000

function instagram(now: () => number) {
  const codes = codeBook<true>({ ignoresPkce: true })
  const short = new Set<string>()
  const long = new Map<string, number>()
  let count = 0
  const issueLong = () => {
    count += 1
    long.set(`IGAAlong${count}`, now())
    return { access_token: `IGAAlong${count}`, token_type: 'bearer', expires_in: SIXTY_DAYS }
  }
  const double: Double = {
    origins: ['https://www.instagram.com', 'https://api.instagram.com', 'https://graph.instagram.com'],
    consent(url, { deny }) {
      assert.equal(url.origin + url.pathname, 'https://www.instagram.com/oauth/authorize')
      assert.match(url.searchParams.get('scope') ?? '', /^[a-z_]+(,[a-z_]+)+$/)
      if (deny)
        return codes.deny(url, {
          error: 'access_denied',
          error_reason: 'user_denied',
          error_description: 'The user denied your request',
        })
      const back = codes.allow(url, true)
      // The code comes with something stuck to it.
      back.searchParams.set('code', `${back.searchParams.get('code')}#_`)
      return back
    },
    answer({ method, url, headers, form }) {
      const query = url.searchParams
      if (url.href === 'https://api.instagram.com/oauth/access_token' && method === 'POST') {
        if (form.get('client_secret') !== client.client_secret)
          return { status: 400, body: { error_type: 'OAuthException', error_message: 'Invalid client' } }
        if (!codes.redeem(Object.fromEntries(form)))
          return {
            status: 400,
            body: {
              error_type: 'OAuthException',
              code: 400,
              error_message: 'Matching code was not found or was already used',
            },
          }
        short.add('IGQshort')
        return {
          status: 200,
          body: {
            data: [
              {
                access_token: 'IGQshort',
                user_id: '1020',
                permissions:
                  'instagram_business_basic,instagram_business_content_publish,instagram_business_manage_comments,instagram_business_manage_messages',
              },
            ],
          },
        }
      }
      if (url.origin !== 'https://graph.instagram.com') return { status: 404 }
      const given = query.get('access_token') ?? ''
      if (url.pathname === '/access_token')
        return method === 'GET' &&
          query.get('grant_type') === 'ig_exchange_token' &&
          query.get('client_secret') === client.client_secret &&
          short.delete(given)
          ? { status: 200, body: issueLong() }
          : {
              status: 400,
              body: { error: { message: 'Invalid OAuth access token', type: 'OAuthException', code: 190 } },
            }
      if (url.pathname === '/refresh_access_token') {
        const issued = long.get(given)
        // At least a day old.
        if (issued === undefined || now() - issued < DAY_MS)
          return {
            status: 400,
            body: { error: { message: 'The token cannot be refreshed', type: 'OAuthException', code: 190 } },
          }
        long.delete(given)
        return { status: 200, body: issueLong() }
      }
      return long.has(bearerOf(headers['authorization']) ?? '')
        ? { status: 200, body: { user_id: '17841405793187218', username: 'ada' } }
        : { status: 400, body: { error: { code: 190 } } }
    },
  }
  return { double }
}

const open = async (t: Parameters<typeof providerWorld>[0]) => {
  const time = { now: () => Date.parse('2026-11-22T12:00:00Z') }
  const world = await providerWorld(t, instagram(() => time.now()).double, {
    slug: 'instagram_business',
    client,
  })
  time.now = () => world.clock.now()
  return world
}

test('A5, B5, C7, D3, instagram_business: a clean code, a short token traded for a long one', async (t) => {
  const world = await open(t)
  const account = await world.connect()
  assert.match(account.credentials['oauth_access_token'] ?? '', /^IGAAlong/)
  assert.equal(account.name, 'ada')
  assert.equal(account.expires_at, new Date(world.clock.now() + SIXTY_DAYS * 1000).toISOString())
})

test('F3, F4, F6, instagram_business: refreshed with itself, never before it is a day old, well before its end', async (t) => {
  const world = await open(t)
  const account = await world.connect()
  world.clock.advance(3_600_000)
  await world.reportUnauthorized(account)
  assert.ok(!world.requests.some(({ url }) => url.pathname === '/refresh_access_token'), 'too young')
  const [row] = await world.app.db.read.selectFrom('accounts').selectAll().execute()
  assert.ok(row?.next_refresh_at != null && row.next_refresh_at < Date.parse(account.expires_at ?? ''))
  world.clock.advance(row.next_refresh_at - world.clock.now())
  const after = await world.read(account.id)
  assert.equal(after.healthy, true)
  assert.notEqual(after.credentials?.['oauth_access_token'], account.credentials['oauth_access_token'])
})
