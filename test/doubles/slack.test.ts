/** Slack, from docs.slack.dev: "Installing with OAuth", "Token rotation", and the methods oauth.v2.access, auth.test, auth.revoke. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { basicOf, bearerOf, type Double, type DoubleAnswer } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = { client_id: '3336676.569200954261', client_secret: 'slack-client-secret-0123456789abc' }
const TWELVE_HOURS = 43_200

function slack({ rotation = false } = {}) {
  const codes = codeBook<{ bot: string; user: string }>()
  const live = new Map<string, 'bot' | 'user'>()
  const refreshTokens = new Set<string>()
  const revoked: string[] = []
  let count = 0
  const issue = (kind: 'bot' | 'user') => {
    count += 1
    const prefix = kind === 'bot' ? 'xoxb' : 'xoxp'
    const access = rotation ? `xoxe.${prefix}-${count}` : `${prefix}-${count}`
    live.set(access, kind)
    if (!rotation) return { access_token: access }
    refreshTokens.add(`xoxe-${count}`)
    return { access_token: access, refresh_token: `xoxe-${count}`, expires_in: TWELVE_HOURS }
  }
  // Slack answers everything with 200 and says in `ok` what it means.
  const answer = (body: object): DoubleAnswer => ({
    status: 200,
    body,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  })
  const failed = (error: string) => answer({ ok: false, error })

  const double: Double = {
    origins: ['https://slack.com'],
    consent(url, { deny, grant }) {
      assert.equal(url.origin + url.pathname, 'https://slack.com/oauth/v2/authorize')
      const ask = url.searchParams
      for (const name of ['scope', 'user_scope'])
        assert.doesNotMatch(ask.get(name) ?? '', / /, 'comma-separated')
      if (deny) return codes.deny(url, { error: 'access_denied' })
      return codes.allow(url, {
        bot: ask.get('scope') ?? '',
        user: grant?.join(',') ?? ask.get('user_scope') ?? '',
      })
    },
    answer({ method, url, headers, form }) {
      if (method !== 'POST') return failed('method_not_supported')
      if (url.pathname === '/api/oauth.v2.access') {
        const given =
          basicOf(headers['authorization']) ?? `${form.get('client_id')}:${form.get('client_secret')}`
        if (given !== `${client.client_id}:${client.client_secret}`) return failed('bad_client_secret')
        if (form.get('grant_type') === 'refresh_token') {
          if (!refreshTokens.delete(form.get('refresh_token') ?? '')) return failed('invalid_refresh_token')
          // Flat, unlike the answer to a code.
          return answer({ ok: true, token_type: 'user', ...issue('user') })
        }
        const grant = codes.redeem(Object.fromEntries(form))
        if (!grant) return failed('invalid_code')
        return answer({
          ok: true,
          app_id: 'A0KRD7HC3',
          scope: grant.bot,
          token_type: 'bot',
          ...issue('bot'),
          bot_user_id: 'U0KRQLJ9H',
          team: { name: 'Slack Pickleball Team', id: 'T9TK3CUKW' },
          enterprise: null,
          authed_user: { id: 'U1234', scope: grant.user, token_type: 'user', ...issue('user') },
        })
      }
      const token = bearerOf(headers['authorization']) ?? ''
      const kind = live.get(token)
      if (kind === undefined) return failed(token === '' ? 'not_authed' : 'token_revoked')
      if (url.pathname === '/api/auth.test')
        return answer({
          ok: true,
          user: kind === 'bot' ? 'bot' : 'grace',
          user_id: 'U1234',
          team: 'Pickleball',
        })
      if (url.pathname === '/api/auth.revoke') {
        live.delete(token)
        revoked.push(token)
        return answer({ ok: true, revoked: true })
      }
      return failed('unknown_method')
    },
  }
  return { double, revoked, live }
}

test('A5, C1, D1, D3, D4, D7, slack_v2: two scope lists with commas, the person’s token nested beside the bot’s', async (t) => {
  const { double } = slack()
  const world = await providerWorld(t, double, { slug: 'slack_v2', client })
  const account = await world.connect()
  const { credentials } = account
  assert.match(credentials['oauth_access_token'] ?? '', /^xoxp-/)
  assert.match(credentials['bot_token'] ?? '', /^xoxb-/)
  assert.equal(credentials['team_id'], 'T9TK3CUKW')
  assert.equal(credentials['oauth_uid'], 'U1234')
  assert.equal(account.expires_at, null)
  assert.ok(account.authorized_scopes?.includes('search:read'), 'the person’s scopes, not the bot’s')
  assert.match(account.name ?? '', /^grace in Pickleball$/)
})

test('D1, slack_v2: ok:false with 200 is a failure, and the code is not tried again', async (t) => {
  const { double } = slack()
  const wrong = { ...client, client_secret: 'not-the-secret-of-this-client' }
  const world = await providerWorld(t, double, { slug: 'slack_v2', client: wrong })
  assert.equal((await world.travel()).code, 'client_refused')
  assert.equal(world.requests.length, 1)
})

test('D5, F1, I2, slack_v2: with token rotation the person’s token is refreshed, and the flat answer never becomes the bot’s', async (t) => {
  const { double } = slack({ rotation: true })
  const world = await providerWorld(t, double, { slug: 'slack_v2', client })
  const before = await world.connect()
  assert.equal(before.expires_at, new Date(world.clock.now() + TWELVE_HOURS * 1000).toISOString())
  world.clock.advance(TWELVE_HOURS * 1000)
  const after = await world.read(before.id)
  assert.match(after.credentials?.['oauth_access_token'] ?? '', /^xoxe\.xoxp-/)
  assert.notEqual(after.credentials?.['oauth_access_token'], before.credentials['oauth_access_token'])
  assert.notEqual(after.credentials?.['oauth_refresh_token'], before.credentials['oauth_refresh_token'])
  assert.equal(after.credentials?.['bot_token'], before.credentials['bot_token'])
})

test('H14, slack_v2: a caller may ask for the bot’s token', async (t) => {
  const { double } = slack()
  const world = await providerWorld(t, double, { slug: 'slack_v2', client })
  const account = await world.connect()
  const user = await world.call(account, { method: 'POST', url: 'https://slack.com/api/auth.test' })
  assert.equal((JSON.parse(user.body.toString()) as { user: string }).user, 'grace')
  const headers = world.inject(account, 'https://slack.com/api/auth.test', 'bot').headers
  assert.equal(headers['authorization'], `Bearer ${account.credentials['bot_token']}`)
})

test('G3, slack_v2: deleting revokes with the token itself as bearer', async (t) => {
  const { double, revoked } = slack()
  const world = await providerWorld(t, double, { slug: 'slack_v2', client })
  const account = await world.connect()
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, [account.credentials['oauth_access_token']])
})
