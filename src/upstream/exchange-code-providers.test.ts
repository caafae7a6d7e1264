import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { ManualClock } from '../platform/clock.ts'
import { createEgress } from './egress.ts'
import { exchangeCode, type CodeExchange } from './exchange-code.ts'
import { reply, serveLocally, type SeenRequest } from './local-server.ts'
import { oauthApp } from './sample-app.ts'

// Each double is written from the provider's own documentation, not from our catalogue, and refuses what that
// documentation does not describe.

const clock = new ManualClock('2026-11-22T12:00:00Z')
const now = clock.now()
const exchange: CodeExchange = {
  customFields: {},
  client: { id: 'id with space', secret: 's3cret/+=' },
  code: 'the-code',
  redirectUri: 'https://headgate.example/callback',
  codeVerifier: 'v'.repeat(43),
  scopes: ['asked'],
}
const basicOf = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

async function upstreamFor(t: TestContext, answer: (request: SeenRequest, response: ServerResponse) => void) {
  const server = await serveLocally(t, answer)
  const egress = createEgress({ allow: [server.target] })
  t.after(() => egress.close())
  return { server, upstream: { egress, clock } }
}

test('Slack: user token nested beside the bot’s, comma scopes, ok:false in 200', async (t) => {
  const { server, upstream } = await upstreamFor(t, ({ form }, response) => {
    if (form.get('code') !== 'the-code') return reply(response, 200, { ok: false, error: 'invalid_code' })
    reply(response, 200, {
      ok: true,
      access_token: 'xoxb-bot',
      token_type: 'bot',
      scope: 'commands,incoming-webhook',
      bot_user_id: 'U0KRQLJ9H',
      app_id: 'A0KRD7HC3',
      team: { name: 'Slack Pickleball Team', id: 'T9TK3CUKW' },
      enterprise: null,
      authed_user: {
        id: 'U1234',
        scope: 'chat:write,search:read',
        access_token: 'xoxp-user',
        token_type: 'user',
        expires_in: 43200,
        refresh_token: 'xoxe-1',
      },
    })
  })
  const app = oauthApp(server.origin, {
    scopes: { separator: ',', user_param: 'user_scope' },
    token_response: {
      error_in_200: { ok_field: 'ok', error_field: 'error' },
      access_token: 'authed_user.access_token',
      refresh_token: 'authed_user.refresh_token',
      expires_in: 'authed_user.expires_in',
      granted_scopes: 'authed_user.scope',
      store: { bot_token: 'access_token', team_name: 'team.name' },
    },
  })
  const tokens = await exchangeCode(upstream, app, exchange)
  assert.equal(tokens.accessToken, 'xoxp-user')
  assert.equal(tokens.refreshToken, 'xoxe-1')
  assert.equal(tokens.expiresAt, now + 43_200_000)
  assert.deepEqual(tokens.grantedScopes, ['chat:write', 'search:read'])
  assert.deepEqual(tokens.stored, { bot_token: 'xoxb-bot', team_name: 'Slack Pickleball Team' })
  await assert.rejects(exchangeCode(upstream, app, { ...exchange, code: 'used' }), {
    kind: 'permanent',
    upstreamError: 'invalid_code',
  })
})

test('GitHub: a form unless JSON is asked for, errors in 200, no lifetime for OAuth apps', async (t) => {
  const { server, upstream } = await upstreamFor(t, ({ form, headers }, response) => {
    const fields: Record<string, string> =
      form.get('code') === 'the-code'
        ? {
            access_token: 'gho_16C7e42F292c6912E7710c838347Ae178B4a',
            scope: 'repo,gist',
            token_type: 'bearer',
          }
        : { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' }
    if (headers.accept === 'application/json') return reply(response, 200, fields)
    reply(response, 200, new URLSearchParams(fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    })
  })
  for (const accept of ['application/json', '*/*']) {
    const app = oauthApp(server.origin, {
      token_headers: { Accept: accept },
      token_response: {
        format: 'json_or_form',
        error_in_200: { error_field: 'error' },
        granted_scopes_separator: ',',
      },
    })
    const tokens = await exchangeCode(upstream, app, exchange)
    assert.equal(tokens.accessToken, 'gho_16C7e42F292c6912E7710c838347Ae178B4a')
    assert.deepEqual(tokens.grantedScopes, ['repo', 'gist'])
    assert.deepEqual([tokens.expiresAt, tokens.refreshToken], [null, undefined])
    await assert.rejects(exchangeCode(upstream, app, { ...exchange, code: 'old' }), {
      kind: 'permanent',
      upstreamError: 'bad_verification_code',
      message: '127.0.0.1 refused the token request: bad_verification_code',
    })
  }
})

test('Notion: Basic and JSON only, and values to keep', async (t) => {
  const { server, upstream } = await upstreamFor(t, ({ headers, body }, response) => {
    const json = headers['content-type'] === 'application/json' ? JSON.parse(body) : {}
    if (headers.authorization !== basicOf('nid', 'nsecret') || 'client_id' in json || 'client_secret' in json)
      return reply(response, 401, { error: 'invalid_client' })
    if (json.grant_type !== 'authorization_code') return reply(response, 400, { error: 'invalid_request' })
    const workspace = { workspace_id: 'w1', workspace_name: 'Ours', workspace_icon: null, bot_id: 'b1' }
    reply(response, 200, {
      access_token: 'ntn_1',
      refresh_token: 'nrt_1',
      token_type: 'bearer',
      duplicated_template_id: null,
      ...workspace,
    })
  })
  const store = { bot_id: 'bot_id', icon: 'workspace_icon' }
  const app = oauthApp(server.origin, {
    client_auth: 'basic',
    token_body: 'json',
    pkce: 'no',
    token_response: { store },
  })
  const client = { id: 'nid', secret: 'nsecret' }
  const tokens = await exchangeCode(upstream, app, { ...exchange, client })
  assert.deepEqual([tokens.accessToken, tokens.refreshToken, tokens.expiresAt], ['ntn_1', 'nrt_1', null])
  assert.deepEqual(tokens.stored, { bot_id: 'b1' })
  await assert.rejects(exchangeCode(upstream, app, { ...exchange, client: { id: 'nid', secret: 'wrong' } }), {
    kind: 'configuration',
    upstreamError: 'invalid_client',
  })
})

test('Salesforce: no expires_in; a refreshable token gets the assumed life, and instance_url is kept', async (t) => {
  const { server, upstream } = await upstreamFor(t, (_request, response) =>
    reply(response, 200, {
      access_token: '00DB0000000TfcR!AQQAQFhoK8vTMg',
      refresh_token: '5Aep8614iLM',
      signature: 'd/SxeYBxH0GSVko0HMgcUxuZy0PA2cDDz1u7g7JtDHw=',
      scope: 'web openid',
      instance_url: 'https://mycompany.my.salesforce.com',
      id: 'https://login.salesforce.com/id/00DB0000000TfcRMAS/005B0000005Bk90IAC',
      token_type: 'Bearer',
      issued_at: '1558553873237',
    }),
  )
  const app = oauthApp(server.origin, {
    token_response: { store: { instance_url: 'instance_url' } },
    lifecycle: { assume_access_ttl_s: 7200, refresh_on_401: true },
  })
  const tokens = await exchangeCode(upstream, app, exchange)
  assert.equal(tokens.expiresAt, now + 7_200_000)
  assert.deepEqual(tokens.grantedScopes, ['web', 'openid'])
  assert.deepEqual(tokens.stored, { instance_url: 'https://mycompany.my.salesforce.com' })
})
