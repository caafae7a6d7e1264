/**
 * Google, from developers.google.com/identity/protocols/oauth2/web-server (offline access, revoking) and
 * /identity/openid-connect/openid-connect (the ID token and its claims).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = {
  client_id: '1234-abc.apps.googleusercontent.com',
  client_secret: 'GOCSPX-google-client-secret-0123',
}
const EMAIL_SCOPE = 'https://www.googleapis.com/auth/userinfo.email'

interface Consented {
  scope: string[]
  nonce: string | null
  offline: boolean
}

interface GoogleOptions {
  /** Laid over the claims of ID tokens. */
  claims?: Record<string, unknown>
  now: () => number
}

function google({ claims, now }: GoogleOptions) {
  const codes = codeBook<Consented>()
  const access = new Set<string>()
  const refreshTokens = new Map<string, string[]>()
  let hasConsented = false
  let count = 0
  const revoked: string[] = []

  const double: Double = {
    origins: [
      'https://accounts.google.com',
      'https://oauth2.googleapis.com',
      'https://openidconnect.googleapis.com',
      'https://www.googleapis.com',
    ],
    consent(url, { deny, grant }) {
      assert.equal(url.origin + url.pathname, 'https://accounts.google.com/o/oauth2/v2/auth')
      const ask = url.searchParams
      assert.equal(ask.get('response_type'), 'code')
      if (deny) return codes.deny(url, { error: 'access_denied' })
      const asked = (ask.get('scope') ?? '').split(' ')
      // Offline access is given once, and again only where consent is asked for again.
      const offline =
        ask.get('access_type') === 'offline' && (!hasConsented || ask.get('prompt') === 'consent')
      hasConsented = true
      return codes.allow(url, { scope: [...(grant ?? asked)], nonce: ask.get('nonce'), offline })
    },
    answer({ method, url, headers, form }) {
      if (url.href === 'https://oauth2.googleapis.com/token' && method === 'POST') {
        if (form.get('client_id') !== client.client_id || form.get('client_secret') !== client.client_secret)
          return { status: 401, body: { error: 'invalid_client', error_description: 'Unauthorized' } }
        count += 1
        const token = `ya29.${count}`
        const plain = { access_token: token, expires_in: 3599, token_type: 'Bearer' }
        if (form.get('grant_type') === 'refresh_token') {
          const scope = refreshTokens.get(form.get('refresh_token') ?? '')
          if (!scope)
            return {
              status: 400,
              body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
            }
          access.add(token)
          // No refresh token: the old one goes on.
          return { status: 200, body: { ...plain, scope: scope.join(' ') } }
        }
        const consented = codes.redeem(Object.fromEntries(form))
        if (!consented)
          return { status: 400, body: { error: 'invalid_grant', error_description: 'Bad Request' } }
        access.add(token)
        // Short names come back as addresses, openid always with them.
        const scope = consented.scope.map((one) => (one === 'email' ? EMAIL_SCOPE : one))
        if (consented.offline) refreshTokens.set(`1//refresh-${count}`, scope)
        const idToken = unsigned({
          iss: 'https://accounts.google.com',
          aud: client.client_id,
          azp: client.client_id,
          sub: '110169484474386276334',
          email: 'ada@example.com',
          iat: Math.floor(now() / 1000),
          exp: Math.floor(now() / 1000) + 3599,
          ...(consented.nonce === null ? {} : { nonce: consented.nonce }),
          ...claims,
        })
        return {
          status: 200,
          body: {
            ...plain,
            scope: scope.join(' '),
            id_token: idToken,
            ...(consented.offline ? { refresh_token: `1//refresh-${count}` } : {}),
          },
        }
      }
      if (url.href.startsWith('https://oauth2.googleapis.com/revoke') && method === 'POST') {
        const token = form.get('token') ?? ''
        if (!access.delete(token) && !refreshTokens.delete(token))
          return { status: 400, body: { error: 'invalid_token' } }
        revoked.push(token)
        return { status: 200, body: {} }
      }
      if (!access.has(bearerOf(headers['authorization']) ?? ''))
        return { status: 401, body: { error: { code: 401 } } }
      if (url.pathname === '/v1/userinfo')
        return { status: 200, body: { sub: '110169484474386276334', email: 'ada@example.com' } }
      if (url.pathname === '/drive/v3/about')
        return { status: 200, body: { user: { emailAddress: 'ada@example.com' } } }
      return { status: 404, body: {} }
    },
  }
  return { double, revoked, endRefreshTokens: () => refreshTokens.clear() }
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token whose signature nobody looks at: it comes over TLS from the token endpoint itself. */
const unsigned = (claims: object) => `${part({ alg: 'RS256', kid: '1' })}.${part(claims)}.c2lnbmF0dXJl`

const open = async (t: Parameters<typeof providerWorld>[0], claims?: Record<string, unknown>) => {
  const time = { now: () => Date.parse('2026-11-22T12:00:00Z') }
  const played = google({ ...(claims ? { claims } : {}), now: () => time.now() })
  const world = await providerWorld(t, played.double, { slug: 'google_drive', client })
  time.now = () => world.clock.now()
  return { ...played, world }
}

test('A4, D3, E3, F2, google_drive: offline access each time, the ID token names the person, a refresh keeps the refresh token', async (t) => {
  const { world } = await open(t)
  const first = await world.connect()
  const again = await world.connect()
  for (const account of [first, again]) {
    assert.match(account.credentials['oauth_refresh_token'] ?? '', /^1\/\/refresh-/)
    assert.equal(account.name, 'ada@example.com')
    assert.equal(account.credentials['oauth_uid'], '110169484474386276334')
  }
  assert.ok(
    !world.requests.some(({ url }) => url.pathname === '/v1/userinfo'),
    'the ID token said it already',
  )
  world.clock.advance(3_600_000)
  const later = await world.read(first.id)
  assert.notEqual(later.credentials?.['oauth_access_token'], first.credentials['oauth_access_token'])
  assert.equal(later.credentials?.['oauth_refresh_token'], first.credentials['oauth_refresh_token'])
})

test('A4, google_drive: a token is good for what its own app asked for, whatever the person gave to this client before', async (t) => {
  const { world } = await open(t)
  const { authorize } = await world.leave()
  assert.equal(authorize.searchParams.get('include_granted_scopes'), null)
  assert.equal(authorize.searchParams.get('access_type'), 'offline')
})

test('A15, B8, google_drive: boxes left unticked are noticed', async (t) => {
  const { world } = await open(t)
  const decision = { grant: ['openid', 'email'] }
  assert.equal((await world.travel({ decision })).code, 'scopes_missing')
  assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
})

for (const [what, claims] of [
  ['another client’s', { aud: 'somebody-else', azp: 'somebody-else' }],
  ['another issuer’s', { iss: 'https://accounts.evil.test' }],
  ['an old one', { exp: 1 }],
  ['with another nonce', { nonce: 'not-ours' }],
] as const)
  test(`G7-140, E3, google_drive: an ID token that is ${what} connects nothing`, async (t) => {
    const { world } = await open(t, claims)
    const { status, code } = await world.travel()
    assert.ok(status >= 400)
    assert.notEqual(code, '')
    assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
  })

test('F7, google_drive: a revoked grant makes the account unhealthy; it is not dead yet', async (t) => {
  const { world, endRefreshTokens } = await open(t)
  const account = await world.connect()
  endRefreshTokens()
  world.clock.advance(3_600_000)
  const after = await world.read(account.id)
  assert.equal(after.healthy, false)
  assert.equal(after.dead, false)
  assert.equal(after.credentials, undefined)
})

test('G1, google_drive: deleting revokes the refresh token', async (t) => {
  const { world, revoked } = await open(t)
  const account = await world.connect()
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, [account.credentials['oauth_refresh_token']])
})
