/**
 * Microsoft, from learn.microsoft.com/entra/identity-platform: "v2-oauth2-auth-code-flow", "id-token-claims-reference", "access-tokens"
 * (lifetime) and "refresh-tokens".
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'

const client = {
  client_id: '6731de76-14a6-49ae-97bc-6eba6914391e',
  client_secret: 'microsoft~client~secret~0123456789',
}
const TENANT = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'

function microsoft({ now, issuerOf = TENANT }: { now: () => number; issuerOf?: string }) {
  const codes = codeBook<{ scope: string[]; nonce: string | null }>()
  const refreshTokens = new Set<string>()
  const access = new Set<string>()
  const paths: string[] = []
  let count = 0
  const issue = (scope: string[], nonce: string | null) => {
    count += 1
    access.add(`eyJ0.${count}`)
    const offline = scope.includes('offline_access')
    if (offline) refreshTokens.add(`M.C5${count}`)
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = {
      iss: `https://login.microsoftonline.com/${issuerOf}/v2.0`,
      aud: client.client_id,
      tid: TENANT,
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      preferred_username: 'ada@contoso.com',
      exp: Math.floor(now() / 1000) + 3600,
      iat: Math.floor(now() / 1000),
      ...(nonce === null ? {} : { nonce }),
    }
    return {
      token_type: 'Bearer',
      // Graph's own permissions come back under its address, offline_access not at all.
      scope: scope
        .filter((one) => one !== 'offline_access')
        .map((one) =>
          ['openid', 'profile', 'email'].includes(one)
            ? one
            : `https://graph.microsoft.com/${one.replace('https://graph.microsoft.com/', '')}`,
        )
        .join(' '),
      // Between 60 and 90 minutes, another figure each time.
      expires_in: 3600 + ((count * 607) % 1800),
      access_token: `eyJ0.${count}`,
      ...(offline ? { refresh_token: `M.C5${count}` } : {}),
      ...(scope.includes('openid')
        ? { id_token: `${part({ alg: 'RS256', kid: '1' })}.${part(claims)}.c2ln` }
        : {}),
    }
  }
  const double: Double = {
    origins: ['https://login.microsoftonline.com', 'https://graph.microsoft.com'],
    consent(url, { deny }) {
      assert.match(url.pathname, /^\/[^/]+\/oauth2\/v2\.0\/authorize$/)
      paths.push(url.pathname)
      const ask = url.searchParams
      if (deny)
        return codes.deny(url, {
          error: 'access_denied',
          error_description: 'the user canceled the authentication',
        })
      return codes.allow(
        url,
        { scope: (ask.get('scope') ?? '').split(' '), nonce: ask.get('nonce') },
        `M.C${count}_code`,
      )
    },
    answer({ method, url, headers, form }) {
      if (/^\/[^/]+\/oauth2\/v2\.0\/token$/.test(url.pathname) && method === 'POST') {
        paths.push(url.pathname)
        const wrong = (error: string, description: string) => ({
          status: 400,
          body: { error, error_description: description },
        })
        if (form.get('client_id') !== client.client_id) return wrong('unauthorized_client', 'AADSTS700016')
        if (form.get('client_secret') !== client.client_secret)
          return { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215' } }
        if (form.get('grant_type') === 'refresh_token') {
          if (!refreshTokens.has(form.get('refresh_token') ?? ''))
            return wrong('invalid_grant', 'AADSTS70000')
          const scope = form.get('scope')
          assert.ok(scope, 'a refresh without scope gets tokens for another resource')
          return { status: 200, body: issue(scope.split(' '), null) }
        }
        const grant = codes.redeem(Object.fromEntries(form))
        if (!grant) return wrong('invalid_grant', 'AADSTS54005')
        return { status: 200, body: issue(grant.scope, grant.nonce) }
      }
      if (!access.has(bearerOf(headers['authorization']) ?? ''))
        return { status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } }
      if (url.pathname === '/v1.0/me')
        return {
          status: 200,
          body: { id: '690222be-ff1a-4d56-abd1-7e4f7d38e474', userPrincipalName: 'ada@contoso.com' },
        }
      return { status: 404, body: {} }
    },
  }
  return { double, paths }
}

const open = async (t: Parameters<typeof providerWorld>[0], issuerOf?: string) => {
  const time = { now: () => Date.parse('2026-11-22T12:00:00Z') }
  const played = microsoft({ now: () => time.now(), ...(issuerOf === undefined ? {} : { issuerOf }) })
  const world = await providerWorld(t, played.double, { slug: 'microsoft_outlook', client })
  time.now = () => world.clock.now()
  return { ...played, world }
}

test('A2, A4, D3, E3, microsoft_outlook: the tenant stands in both paths, common without one', async (t) => {
  const { world, paths } = await open(t)
  const account = await world.connect()
  assert.equal(account.name, 'ada@contoso.com')
  assert.deepEqual(paths, ['/common/oauth2/v2.0/authorize', '/common/oauth2/v2.0/token'])
  paths.length = 0
  await world.connect({ fields: { tenant: TENANT } })
  assert.deepEqual(paths, [`/${TENANT}/oauth2/v2.0/authorize`, `/${TENANT}/oauth2/v2.0/token`])
})

test('A2, microsoft_outlook: a tenant that is none never leaves this server', async (t) => {
  const { world, paths } = await open(t)
  await assert.rejects(world.connect({ fields: { tenant: '../evil' } }), /field_invalid/)
  assert.deepEqual(paths, [])
  assert.equal(world.requests.length, 0)
})

test('D5, F1, F5, microsoft_outlook: a life of its own for every token; a refresh names its scopes and rotates', async (t) => {
  const { world } = await open(t)
  const first = await world.connect()
  assert.match(first.credentials['oauth_refresh_token'] ?? '', /^M\.C5/)
  const life = Date.parse(first.expires_at ?? '') - world.clock.now()
  assert.ok(life >= 3_600_000 && life <= 5_400_000)
  world.clock.advance(life)
  const second = await world.read(first.id)
  assert.notEqual(second.credentials?.['oauth_refresh_token'], first.credentials['oauth_refresh_token'])
  world.clock.advance(5_400_000)
  const third = await world.read(first.id)
  assert.notEqual(third.credentials?.['oauth_refresh_token'], second.credentials?.['oauth_refresh_token'])
  assert.equal(third.healthy, true)
})

test('G7-140, microsoft_outlook: the issuer is that of the tenant in the token, and no other', async (t) => {
  const { world } = await open(t, '00000000-0000-0000-0000-000000000000')
  const { status } = await world.travel()
  assert.ok(status >= 400)
  assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
})

test('G0, microsoft_outlook: deleting calls nobody, and says that nothing could be revoked', async (t) => {
  const { world } = await open(t)
  const account = await world.connect()
  const before = world.requests.length
  assert.equal((await world.api(`/accounts/${account.id}`, { method: 'DELETE' })).status, 204)
  const { data } = (await (await world.api('/revocations')).json()) as {
    data: { account_id: string; status: string }[]
  }
  assert.deepEqual(
    data.map(({ account_id, status }) => [account_id, status]),
    [[account.id, 'not_supported']],
  )
  assert.equal(world.requests.length, before)
})
