/** GitHub. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, EIGHT_HOURS, github, SIX_MONTHS } from './github.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

test('C5, D5, D8, H1, H12, github: an OAuth app’s token never expires, its scopes come back with commas', async (t) => {
  const { double } = github()
  const world = await providerWorld(t, double, { slug: 'github', client })
  const account = await world.connect()
  assert.equal(account.name, 'octocat')
  assert.equal(account.expires_at, null)
  assert.deepEqual(account.authorized_scopes, ['repo', 'read:org', 'read:user', 'user:email'])
  assert.equal(account.credentials['oauth_uid'], '583231')
  assert.equal(account.credentials['oauth_refresh_token'], undefined)
  assert.match(account.credentials['oauth_access_token'] ?? '', /^gho_/)
  world.clock.advance(400 * 86_400_000)
  assert.equal(
    (await world.read(account.id)).credentials?.['oauth_access_token'],
    account.credentials['oauth_access_token'],
  )

  const mine = await world.call(account, { url: 'https://api.github.com/headers' })
  const sent = JSON.parse(mine.body.toString()) as Record<string, string>
  assert.match(sent['authorization'] ?? '', /^Bearer gho_/)
  assert.equal(sent['x-github-api-version'], '2022-11-28')
  const own = await world.call(account, {
    url: 'https://api.github.com/headers',
    headers: { 'X-GitHub-Api-Version': '2026-03-10' },
  })
  assert.equal(
    (JSON.parse(own.body.toString()) as Record<string, string>)['x-github-api-version'],
    '2026-03-10',
  )
})

test('D1, B4, github: errors inside HTTP 200 and a refusal are failures, and nothing is stored', async (t) => {
  const { double } = github()
  const wrong = { ...client, client_secret: 'not-the-secret-of-this-client-at-all' }
  const world = await providerWorld(t, double, { slug: 'github', client: wrong })
  assert.equal((await world.travel()).code, 'client_refused')
  assert.equal((await world.travel({ decision: { deny: true } })).code, 'user_refused')
  assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
})

test('B8, github: fewer scopes than asked are an error, or kept where the developer allows it', async (t) => {
  const { double } = github()
  const world = await providerWorld(t, double, { slug: 'github', client })
  const decision = { grant: ['read:user'] }
  assert.equal((await world.travel({ decision })).code, 'scopes_missing')
  const account = await world.connect({ decision, token: { allow_progressive_scopes: true } })
  assert.deepEqual(account.authorized_scopes, ['read:user'])
})

test('D5, D6, F1, github: a GitHub App’s tokens expire and rotate', async (t) => {
  const { double } = github({ expiring: true })
  const world = await providerWorld(t, double, { slug: 'github', client })
  const account = await world.connect()
  assert.equal(account.expires_at, new Date(world.clock.now() + EIGHT_HOURS * 1000).toISOString())
  assert.equal(account.credentials['oauth_refresh_token'], 'ghr_1')
  const [row] = await world.app.db.read.selectFrom('accounts').selectAll().execute()
  assert.equal(row?.refresh_expires_at, world.clock.now() + SIX_MONTHS * 1000)
  world.clock.advance(EIGHT_HOURS * 1000)
  const refreshed = await world.read(account.id)
  assert.equal(refreshed.credentials?.['oauth_refresh_token'], 'ghr_2')
  assert.notEqual(refreshed.credentials?.['oauth_access_token'], account.credentials['oauth_access_token'])
  assert.equal(refreshed.healthy, true)
})

test('D1, F7, github: a refresh token that is no longer good makes the account unhealthy, with the provider’s reason', async (t) => {
  const { double } = github({ expiring: true })
  const world = await providerWorld(t, double, { slug: 'github', client })
  const account = await world.connect()
  const [row] = await world.app.db.read.selectFrom('credentials').selectAll().execute()
  assert.ok(row)
  world.clock.advance(EIGHT_HOURS * 1000)
  await world.read(account.id)
  world.requests.length = 0
  // Somebody else has used it: the double forgets it.
  await double.answer({
    method: 'POST',
    url: new URL('https://github.com/login/oauth/access_token'),
    headers: { accept: 'application/json' },
    body: '',
    json: undefined,
    form: new URLSearchParams({ ...client, grant_type: 'refresh_token', refresh_token: 'ghr_2' }),
  })
  world.clock.advance(EIGHT_HOURS * 1000)
  const after = await world.read(account.id)
  assert.equal(after.healthy, false)
  assert.equal(after.dead, false)
  assert.equal(after.credentials, undefined)
  assert.match(after.error ?? '', /bad_refresh_token|refused/)
})

test('G2, github: deleting ends the whole grant, by DELETE with Basic', async (t) => {
  const { double, revoked } = github()
  const world = await providerWorld(t, double, { slug: 'github', client })
  const account = await world.connect()
  assert.equal((await world.api(`/accounts/${account.id}`, { method: 'DELETE' })).status, 204)
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, [account.credentials['oauth_access_token']])
})
