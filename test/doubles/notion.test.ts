/** Notion, from developers.notion.com: "Authorization", "Create a token", "Refresh a token", "Revoke a token". */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBook } from './code-book.ts'
import { basicOf, bearerOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'
import { until } from '../until.ts'

const client = {
  client_id: '463558a3-725e-4f37-b6d3-0889894f68de',
  client_secret: 'secret_notion_0123456789abcdef',
}

function notion() {
  const codes = codeBook<true>({ ignoresPkce: true })
  const live = new Map<string, string>()
  const refreshTokens = new Set<string>()
  const revoked: string[] = []
  let count = 0
  const issue = () => {
    count += 1
    live.set(`ntn_${count}`, 'live')
    refreshTokens.add(`nrt_${count}`)
    return {
      access_token: `ntn_${count}`,
      refresh_token: `nrt_${count}`,
      token_type: 'bearer',
      bot_id: 'b3414d65-1224-5ty7-6ffr-cc9d8773drt601288f',
      workspace_id: '5j9f5a2c',
      workspace_name: 'Analytical Engines',
      owner: { type: 'user', user: { object: 'user', id: '285' } },
    }
  }
  const double: Double = {
    origins: ['https://api.notion.com'],
    consent(url, { deny }) {
      assert.equal(url.pathname, '/v1/oauth/authorize')
      const ask = url.searchParams
      assert.equal(ask.get('owner'), 'user')
      assert.equal(ask.has('scope'), false, 'capabilities are set at the integration')
      return deny ? codes.deny(url, { error: 'access_denied' }) : codes.allow(url, true)
    },
    answer({ method, url, headers, json }) {
      const members = (json ?? {}) as Record<string, string>
      if (url.pathname.startsWith('/v1/oauth/') && method === 'POST') {
        if (basicOf(headers['authorization']) !== `${client.client_id}:${client.client_secret}`)
          return { status: 401, body: { error: 'invalid_client' } }
        if (json === undefined) return { status: 400, body: { error: 'invalid_request' } }
        if ('client_secret' in members) return { status: 400, body: { error: 'invalid_request' } }
        if (url.pathname === '/v1/oauth/revoke') {
          assert.ok(headers['notion-version'])
          live.delete(members['token'] ?? '')
          revoked.push(members['token'] ?? '')
          return { status: 200, body: { request_id: '1' } }
        }
        if (members['grant_type'] === 'refresh_token') {
          if (!refreshTokens.delete(members['refresh_token'] ?? ''))
            return { status: 400, body: { error: 'invalid_grant' } }
          return { status: 200, body: issue() }
        }
        return codes.redeem(members)
          ? { status: 200, body: issue() }
          : { status: 400, body: { error: 'invalid_grant' } }
      }
      if (!live.has(bearerOf(headers['authorization']) ?? ''))
        return { status: 401, body: { code: 'unauthorized' } }
      if (!headers['notion-version']) return { status: 400, body: { code: 'missing_version' } }
      return { status: 200, body: { object: 'user', version: headers['notion-version'] } }
    },
  }
  return { double, revoked, live }
}

test('A6, C1, C2, C4, D7, notion: no scopes, Basic and JSON, the workspace is kept', async (t) => {
  const { double } = notion()
  const world = await providerWorld(t, double, { slug: 'notion', client })
  const account = await world.connect()
  assert.equal(account.name, 'Analytical Engines')
  assert.equal(account.credentials['workspace_id'], '5j9f5a2c')
  assert.equal(account.credentials['bot_id'], 'b3414d65-1224-5ty7-6ffr-cc9d8773drt601288f')
  assert.equal(account.credentials['oauth_refresh_token'], 'nrt_1')
})

test('H12, notion: the version header goes along, unless the caller sends one', async (t) => {
  const { double } = notion()
  const world = await providerWorld(t, double, { slug: 'notion', client })
  const account = await world.connect()
  const url = 'https://api.notion.com/v1/users/me'
  const version = async (headers = {}) =>
    (JSON.parse((await world.call(account, { url, headers })).body.toString()) as { version: string }).version
  assert.equal(await version(), '2025-09-03')
  assert.equal(await version({ 'Notion-Version': '2026-03-01' }), '2026-03-01')
})

test('D5, F1, F9, notion: no life is named, yet a refresh token was given: a caller’s 401 brings new tokens', async (t) => {
  const { double, live } = notion()
  const world = await providerWorld(t, double, { slug: 'notion', client })
  const account = await world.connect()
  assert.equal(account.expires_at, null)
  live.clear()
  world.clock.advance(3_600_000)
  const answer = await world.reportUnauthorized(account)
  assert.ok(answer.ok, await answer.clone().text())
  await until(
    async () => (await world.read(account.id)).credentials?.['oauth_refresh_token'] === 'nrt_2',
    'the refresh',
  )
})

test('G1, notion: deleting revokes by JSON with Basic', async (t) => {
  const { double, revoked } = notion()
  const world = await providerWorld(t, double, { slug: 'notion', client })
  const account = await world.connect()
  await world.api(`/accounts/${account.id}`, { method: 'DELETE' })
  await until(() => revoked.length > 0, 'the revocation')
  assert.deepEqual(revoked, [account.credentials['oauth_access_token']])
})
