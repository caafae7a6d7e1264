import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { ManualClock } from '../platform/clock.ts'
import { createEgress } from './egress.ts'
import { exchangeCode } from './exchange-code.ts'
import { isRefreshable } from './is-refreshable.ts'
import { reply, serveLocally, type SeenRequest } from './local-server.ts'
import { refreshToken } from './refresh-token.ts'
import { oauthApp } from './sample-app.ts'
import { TokenRequestFailed } from './token-request-failed.ts'

const clock = new ManualClock('2026-11-22T12:00:00Z')
const DAYS_60 = 5_183_944
const exchange = {
  customFields: {},
  client: { id: 'ig-app', secret: 'ig-s3cret' },
  code: 'code-1',
  codeVerifier: 'verifier',
  redirectUri: 'https://headgate.test/callback',
  scopes: ['instagram_business_basic'],
}

/** As developers.facebook.com describes Instagram's three calls. */
function instagram({ path, method, query, form }: SeenRequest, response: ServerResponse): void {
  const grant = `${method} ${path} ${form.get('grant_type') ?? query.get('grant_type')}`
  switch (grant) {
    case 'POST /oauth/access_token authorization_code':
      return reply(response, 200, {
        data: [{ access_token: 'short-1', user_id: '178', permissions: 'instagram_business_basic' }],
      })
    case 'GET /access_token ig_exchange_token':
      return query.get('client_secret') === 'ig-s3cret' && query.get('access_token') === 'short-1'
        ? reply(response, 200, { access_token: 'long-1', token_type: 'bearer', expires_in: DAYS_60 })
        : reply(response, 400, { error: { message: 'bad', type: 'OAuthException', code: 190 } })
    case 'GET /refresh_access_token ig_refresh_token':
      return query.get('access_token') === 'long-1'
        ? reply(response, 200, { access_token: 'long-2', token_type: 'bearer', expires_in: DAYS_60 })
        : reply(response, 400, { error: { message: 'bad', type: 'OAuthException', code: 190 } })
    default:
      return reply(response, 404, {})
  }
}

async function world(t: TestContext, answer: typeof instagram) {
  const server = await serveLocally(t, answer)
  const egress = createEgress({ allow: [server.target] })
  t.after(() => egress.close())
  const app = oauthApp(server.origin, {
    token_url: `${server.origin}/oauth/access_token`,
    pkce: 'no',
    token_response: {
      error_in_200: { error_field: 'error.code' },
      permanent_errors: ['190'],
      access_token: 'access_token | data.0.access_token',
      granted_scopes: 'permissions | data.0.permissions',
      store: { user_id: 'data.0.user_id' },
    },
    exchange: [
      {
        method: 'GET',
        url: `${server.origin}/access_token`,
        auth: 'none',
        query: {
          grant_type: 'ig_exchange_token',
          client_secret: '{{client_secret}}',
          access_token: '{{access_token}}',
        },
      },
    ],
    refresh_request: {
      method: 'GET',
      url: `${server.origin}/refresh_access_token`,
      auth: 'none',
      query: { grant_type: 'ig_refresh_token', access_token: '{{access_token}}' },
    },
  })
  return { server, app, upstream: { egress, clock } }
}

test('C7, C2, D3, instagram_business: the token of an hour is traded for the one of 60 days', async (t) => {
  const { server, app, upstream } = await world(t, instagram)
  const tokens = await exchangeCode(upstream, app, exchange)
  assert.equal(tokens.accessToken, 'long-1')
  assert.equal(tokens.expiresAt, clock.now() + DAYS_60 * 1000)
  assert.equal(tokens.refreshToken, undefined)
  assert.deepEqual(tokens.grantedScopes, ['instagram_business_basic'], 'the second answer has none')
  assert.deepEqual(tokens.stored, { user_id: '178' }, 'what the first answer gave stays')
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ['/oauth/access_token', '/access_token'],
  )
})

test('F4, instagram_business: without a refresh token it is refreshed with the access token', async (t) => {
  const { app, upstream } = await world(t, instagram)
  const tokens = await exchangeCode(upstream, app, exchange)
  assert.equal(isRefreshable(app, tokens), true)
  const fresh = await refreshToken(upstream, app, {
    customFields: {},
    client: exchange.client,
    accessToken: tokens.accessToken,
  })
  assert.equal(fresh.accessToken, 'long-2')
  assert.equal(fresh.refreshToken, undefined)
  assert.equal(isRefreshable(app, fresh), true, 'and it stays so')
})

test('D5, I2: elsewhere the answer alone says whether it can be refreshed', () => {
  const app = oauthApp('http://127.0.0.1:1', {
    lifecycle: { refresh_token_issued: 'always', rotates: 'always' },
  })
  assert.equal(isRefreshable(app, {}), false, 'whatever the catalogue says')
  assert.equal(isRefreshable(app, { refreshToken: 'rt' }), true)
})

test('C7, facebook_pages: a step that is refused fails the exchange, and nothing of a secret is told', async (t) => {
  for (const [status, kind] of [
    [400, 'permanent'],
    [503, 'transient'],
  ] as const) {
    const { app, upstream } = await world(t, (request, response) =>
      request.path === '/access_token'
        ? reply(response, status, {
            error: { message: 'short-1 ig-s3cret', type: 'OAuthException', code: 190 },
          })
        : instagram(request, response),
    )
    await assert.rejects(exchangeCode(upstream, app, exchange), (error: unknown) => {
      assert.ok(error instanceof TokenRequestFailed)
      assert.equal(error.kind, kind)
      assert.doesNotMatch(JSON.stringify([error, error.message, error.details]), /short-1|s3cret/)
      return true
    })
  }
})

test('C7: both steps together keep to the time that the exchange has', async (t) => {
  const { app, upstream } = await world(t, (request, response) => {
    if (request.path !== '/access_token') instagram(request, response)
  })
  const before = performance.now()
  await assert.rejects(exchangeCode(upstream, app, { ...exchange, timeoutMs: 1500 }))
  assert.ok(performance.now() - before < 4000)
})

test('F7, F4, instagram_business: the app’s own code for an expired token ends the account', async (t) => {
  const { app, upstream } = await world(t, instagram)
  const refresh = { customFields: {}, client: exchange.client, accessToken: 'expired' }
  await assert.rejects(refreshToken(upstream, app, refresh), (error: unknown) => {
    assert.ok(error instanceof TokenRequestFailed)
    assert.deepEqual([error.kind, error.upstreamError], ['permanent', '190'])
    return true
  })
})
