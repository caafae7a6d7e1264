/**
 * GitHub, from docs.github.com: "Authorizing OAuth apps", "REST API endpoints for OAuth authorizations", "Generating a user access token for a
 * GitHub App", "Refreshing user access tokens".
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { basicOf, bearerOf, type Double, type DoubleAnswer } from './double.ts'
import { providerWorld } from './provider-world.ts'

const client = { client_id: 'Iv1.b507a08c87ecfe98', client_secret: 'github-client-secret-0123456789abcdef' }
const EIGHT_HOURS = 28_800
const SIX_MONTHS = 15_811_200

interface GitHubOptions {
  /** A GitHub App whose user tokens expire, instead of an OAuth app whose tokens do not. */
  expiring?: boolean
}

function github({ expiring = false }: GitHubOptions = {}) {
  const codes = new Map<string, { challenge: string | null; redirectUri: string; scope: string }>()
  const tokens = new Map<string, string>()
  const refreshTokens = new Set<string>()
  let minted = 0
  const revoked: string[] = []

  const issue = (scope: string, accept: string | undefined): DoubleAnswer => {
    minted += 1
    const access = `${expiring ? 'ghu' : 'gho'}_${String(minted).padStart(36, '0')}`
    tokens.set(access, scope)
    const refresh = `ghr_${minted}`
    if (expiring) refreshTokens.add(refresh)
    const fields: Record<string, string | number> = {
      access_token: access,
      scope: expiring ? '' : scope,
      token_type: 'bearer',
      ...(expiring
        ? { expires_in: EIGHT_HOURS, refresh_token: refresh, refresh_token_expires_in: SIX_MONTHS }
        : {}),
    }
    return shaped(fields, accept)
  }

  const double: Double = {
    origins: ['https://github.com', 'https://api.github.com'],
    consent(url, { deny, grant }) {
      assert.equal(url.origin + url.pathname, 'https://github.com/login/oauth/authorize')
      const ask = url.searchParams
      assert.equal(ask.get('client_id'), client.client_id)
      const callback = new URL(ask.get('redirect_uri') ?? '')
      callback.searchParams.set('state', ask.get('state') ?? '')
      if (deny) {
        callback.searchParams.set('error', 'access_denied')
        callback.searchParams.set('error_description', 'The user has denied your application access.')
        return callback
      }
      assert.equal(ask.get('code_challenge_method'), 'S256')
      const code = `code${codes.size}`
      // Scopes are parted by spaces when asked for, and by commas in the answer.
      const scope = (grant ?? (ask.get('scope') ?? '').split(' ')).join(',')
      codes.set(code, {
        challenge: ask.get('code_challenge'),
        redirectUri: ask.get('redirect_uri') ?? '',
        scope,
      })
      callback.searchParams.set('code', code)
      return callback
    },
    answer({ method, url, headers, form, json }) {
      if (url.href === 'https://github.com/login/oauth/access_token' && method === 'POST') {
        const accept = headers['accept']
        if (form.get('client_id') !== client.client_id || form.get('client_secret') !== client.client_secret)
          return shaped({ error: 'incorrect_client_credentials' }, accept)
        if (form.get('grant_type') === 'refresh_token') {
          const refresh = form.get('refresh_token') ?? ''
          if (!refreshTokens.delete(refresh)) return shaped({ error: 'bad_refresh_token' }, accept)
          return issue('', accept)
        }
        const known = codes.get(form.get('code') ?? '')
        codes.delete(form.get('code') ?? '')
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url')
        if (!known || known.challenge !== challenge) return shaped({ error: 'bad_verification_code' }, accept)
        if (known.redirectUri !== form.get('redirect_uri'))
          return shaped({ error: 'redirect_uri_mismatch' }, accept)
        return issue(known.scope, accept)
      }
      if (url.host !== 'api.github.com') return { status: 404 }
      if (!headers['user-agent']) return { status: 403, body: 'Request forbidden by administrative rules.' }
      if (url.pathname === `/applications/${client.client_id}/grant` && method === 'DELETE') {
        if (basicOf(headers['authorization']) !== `${client.client_id}:${client.client_secret}`)
          return { status: 404 }
        const { access_token: access = '' } = (json ?? {}) as { access_token?: string }
        if (!tokens.delete(access)) return { status: 422, body: { message: 'Validation Failed' } }
        revoked.push(access)
        return { status: 204 }
      }
      if (!tokens.has(bearerOf(headers['authorization']) ?? ''))
        return { status: 401, body: { message: 'Bad credentials' } }
      if (url.pathname === '/user') return { status: 200, body: { login: 'octocat', id: 583231, name: null } }
      if (url.pathname === '/headers') return { status: 200, body: headers }
      return { status: 404, body: { message: 'Not Found' } }
    },
  }
  return { double, revoked, endToken: (access: string) => tokens.delete(access) }
}

/** Form-encoded unless JSON is asked for; errors come with 200. */
const shaped = (fields: Record<string, string | number>, accept: string | undefined): DoubleAnswer =>
  accept === 'application/json'
    ? { status: 200, body: fields }
    : {
        status: 200,
        body: new URLSearchParams(
          Object.entries(fields).map(([k, v]): [string, string] => [k, String(v)]),
        ).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      }

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
  const deadline = performance.now() + 10_000
  while (revoked.length === 0 && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(revoked, [account.credentials['oauth_access_token']])
})
