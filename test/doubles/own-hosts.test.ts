/**
 * Zendesk ("Using OAuth to authenticate your application", "OAuth tokens"), GitLab ("OAuth 2.0 identity provider API") and ServiceNow ("OAuth
 * inbound"): providers at the customer's own address.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook, formMembers } from './code-book.ts'
import { bearerOf, type Double, type DoubleAnswer } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = {
  client_id: 'client-id-of-the-double',
  client_secret: 'client-secret-of-the-double-0123456789',
}

interface OwnHost {
  origin: string
  authorize: string
  token: string
  me: string
  person: object
  secret?: string
  /** What the token answer names beside the tokens, by the request. */
  lives: (members: Record<string, unknown>) => Record<string, number> | undefined
  /** Takes JSON and nothing else. */
  takesJson?: boolean
  /** Zendesk's clients may be without expiry. */
  endless?: boolean
}

function ownHost({
  origin,
  authorize,
  token,
  me,
  person,
  lives,
  secret = client.client_secret,
  endless = false,
  takesJson = false,
}: OwnHost) {
  const codes = codeBook<string>()
  const access = new Set<string>()
  const refreshTokens = new Set<string>()
  const revoked: string[] = []
  let count = 0
  const issue = (members: Record<string, unknown>): DoubleAnswer => {
    const named = lives(members)
    if (!named) return { status: 400, body: { error: 'invalid_request' } }
    count += 1
    access.add(`at-${count}`)
    const access_token = `at-${count}`
    if (endless) return { status: 200, body: { access_token, token_type: 'bearer', scope: 'read write' } }
    refreshTokens.add(`rt-${count}`)
    return {
      status: 200,
      body: { access_token, refresh_token: `rt-${count}`, token_type: 'bearer', ...named },
    }
  }
  const double: Double = {
    origins: [origin],
    consent(url, { deny }) {
      assert.equal(url.origin + url.pathname, origin + authorize)
      return deny
        ? codes.deny(url, { error: 'access_denied' })
        : codes.allow(url, url.searchParams.get('scope') ?? '')
    },
    answer({ method, url, headers, form, json }) {
      if (url.pathname === token && method === 'POST') {
        const members = (takesJson ? json : formMembers(form)) as Record<string, unknown> | undefined
        if (members?.['client_id'] !== client.client_id || members['client_secret'] !== secret)
          return { status: 401, body: { error: 'invalid_client' } }
        const isGood =
          members['grant_type'] === 'refresh_token'
            ? refreshTokens.delete(String(members['refresh_token']))
            : codes.redeem(members) !== undefined
        return isGood ? issue(members) : { status: 400, body: { error: 'invalid_grant' } }
      }
      const bearer = bearerOf(headers['authorization']) ?? ''
      if (method === 'DELETE' || /revoke/.test(url.pathname)) {
        revoked.push(form.get('token') ?? url.searchParams.get('token') ?? bearer)
        return { status: method === 'DELETE' ? 204 : 200 }
      }
      if (!access.has(bearer)) return { status: 401, body: {} }
      return url.pathname.endsWith(me) ? { status: 200, body: person } : { status: 200, body: {} }
    },
  }
  return { double, revoked }
}

const zendesk = (endless: boolean) =>
  ownHost({
    origin: 'https://acme.zendesk.com',
    authorize: '/oauth/authorizations/new',
    token: '/oauth/tokens',
    me: '/api/v2/users/me.json',
    person: { user: { id: 35436, email: 'ada@acme.test' } },
    // The lives are the client's wish, numbers between five minutes and two days, and seven days and ninety.
    lives: ({ expires_in: access, refresh_token_expires_in: refresh }) =>
      typeof access === 'number' &&
      access > 300 &&
      access < 172_800 &&
      typeof refresh === 'number' &&
      refresh > 604_800 &&
      refresh < 7_776_000
        ? { expires_in: access, refresh_token_expires_in: refresh }
        : undefined,
    takesJson: true,
    endless,
  })

test('A1, C2, C3, F1, F5, G2, zendesk: the life that is asked for, again at each refresh', async (t) => {
  const { double, revoked } = zendesk(false)
  const world = await providerWorld(t, double, { slug: 'zendesk', client })
  const account = await world.connect({ fields: { subdomain: 'acme' } })
  assert.equal(account.expires_at, new Date(world.clock.now() + 86_400_000).toISOString())
  world.clock.advance(86_400_000)
  const after = await world.read(account.id)
  assert.equal(after.expires_at, new Date(world.clock.now() + 86_400_000).toISOString())
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, [after.credentials?.['oauth_access_token']])
})

test('D5, I2, zendesk: a client whose tokens do not expire is as good', async (t) => {
  const { double } = zendesk(true)
  const world = await providerWorld(t, double, { slug: 'zendesk', client })
  const account = await world.connect({ fields: { subdomain: 'acme' } })
  assert.equal(account.expires_at, null)
  world.clock.advance(400 * 86_400_000)
  assert.equal(
    (await world.read(account.id)).credentials?.['oauth_access_token'],
    account.credentials['oauth_access_token'],
  )
})

test('A1, zendesk: a subdomain that is none goes nowhere', async (t) => {
  const { double } = zendesk(false)
  const world = await providerWorld(t, double, { slug: 'zendesk', client })
  for (const subdomain of ['evil.test/', 'acme@evil.test#', '127.0.0.1:80/x?', 'ACME..'])
    await assert.rejects(world.leave({ fields: { subdomain } }), /field_invalid/, subdomain)
})

test('A1, H13, I4, gitlab: the operator’s own GitLab, at a port and below a path', async (t) => {
  const host = 'git.example.test:8443/gitlab'
  const { double, revoked } = ownHost({
    origin: 'https://git.example.test:8443',
    authorize: '/gitlab/oauth/authorize',
    token: '/gitlab/oauth/token',
    me: '/gitlab/api/v4/user',
    person: { id: 1, username: 'ada' },
    lives: () => ({ expires_in: 7200, created_at: 1_607_635_748 }),
  })
  const world = await providerWorld(t, double, {
    slug: 'gitlab',
    client,
    patch: {
      custom_fields: [
        { name: 'base_api_url', required: false, default: host, pattern: 'git\\.example\\.test:8443/gitlab' },
      ],
    },
  })
  const account = await world.connect()
  assert.equal(account.name, 'ada')
  assert.equal((await world.call(account, { url: '/api/v4/projects' })).status, 200)
  assert.equal(world.requests.at(-1)?.url.href, `https://${host}/api/v4/projects`)
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
})

test('A14, servicenow: everybody brings the client of his own instance; it refreshes and revokes by it', async (t) => {
  const { double, revoked } = ownHost({
    origin: 'https://acme.service-now.com',
    authorize: '/oauth_auth.do',
    token: '/oauth_token.do',
    me: '/api/now/ui/user/current_user',
    person: { result: { user_sys_id: '6816f79cc0a8016401c5a33be04be441', user_name: 'ada' } },
    lives: () => ({ expires_in: 1799 }),
  })
  const world = await providerWorld(t, double, { slug: 'servicenow' })
  const fields = { instance_name: 'acme', ...client }
  const account = await world.connect({ fields })
  assert.equal(account.name, 'ada')
  assert.equal(account.credentials['oauth_client_id'], client.client_id)
  world.clock.advance(1_799_000)
  const after = await world.read(account.id)
  assert.equal(after.healthy, true, after.error ?? '')
  assert.notEqual(after.credentials?.['oauth_access_token'], account.credentials['oauth_access_token'])
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
})
