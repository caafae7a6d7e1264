import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import type { AppDefinition } from './app-definition.ts'
import { localRequester } from './local-requester.ts'
import { reply, serveLocally } from './local-server.ts'
import { keyApp } from './sample-app.ts'
import { sendRequest } from './send-request.ts'

const send = { type: 'header', name: 'Authorization', value: 'Bearer {{derived.access_token}}' }
const limits = { timeoutMs: 2_000, maxBytes: 10_000 }
const request = {
  method: 'GET' as const,
  url: '/api',
  headers: {},
  query: {},
  encoding: 'form' as const,
  auth: 'account' as const,
}
const values = (api_key: string) => ({ customFields: { api_key } })

test('K1: Zoom’s server-to-server grant: a grant type and a parameter of its own', async (t) => {
  const server = await serveLocally(t, ({ path, headers, form }, response) => {
    if (path === '/api') return reply(response, headers.authorization === 'Bearer at' ? 200 : 401, {})
    const isClient = headers.authorization === `Basic ${Buffer.from('id:s%2Fs').toString('base64')}`
    assert.deepEqual(Object.fromEntries(form), { grant_type: 'account_credentials', account_id: 'acc' })
    return reply(response, isClient ? 200 : 400, isClient ? { access_token: 'at', expires_in: 3599 } : {})
  })
  const app = keyApp(server.origin, {
    type: 'client_credentials',
    token_url: `${server.origin}/oauth/token`,
    client_id: 'id',
    client_secret: '{{custom_fields.api_key}}',
    params: { grant_type: 'account_credentials', account_id: 'acc' },
    send,
  })
  const answer = await sendRequest(localRequester(t, [server.target]), app, request, values('s/s'), limits)
  assert.equal(answer.status, 200)
})

test('H10, F8: Docusign and Salesforce by JWT; where the answer names no life, one of ten minutes is assumed', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  let minted = 0
  const server = await serveLocally(t, ({ path, headers, form }, response) => {
    if (path === '/api')
      return reply(response, headers.authorization === `Bearer at${minted}` ? 200 : 401, {})
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    const { sub, scope } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, string>
    const holds = createVerify('sha256')
      .update(`${header}.${claims}`)
      .verify(publicKey, Buffer.from(signature, 'base64url'))
    if (!holds || sub !== 'user' || scope !== 'signature impersonation')
      return reply(response, 400, { error: 'invalid_grant' })
    return reply(response, 200, { access_token: `at${(minted += 1)}` })
  })
  const app = keyApp(server.origin, {
    type: 'jwt_assertion',
    alg: 'RS256',
    key: '{{custom_fields.api_key}}',
    claims: {
      iss: 'integration',
      sub: 'user',
      aud: 'account-d.docusign.com',
      scope: 'signature impersonation',
    },
    ttl_s: 3600,
    token_url: `${server.origin}/oauth/token`,
    send,
  })
  const requester = localRequester(t, [server.target])
  const call = async () => (await sendRequest(requester, app, request, values(pem), limits)).status
  assert.deepEqual([await call(), await call(), minted], [200, 200, 1])
  requester.clock.advance(9 * 60_000)
  assert.deepEqual([await call(), minted], [200, 2])
})

test('F8: tokens are kept apart by keys and by app, and a choice without one mints nothing', async (t) => {
  const server = await serveLocally(t, ({ path, headers }, response) =>
    path === '/token'
      ? reply(response, 200, { access_token: `for ${headers.authorization}`, expires_in: 60 })
      : reply(response, 200, { saw: headers.authorization }),
  )
  const auth = {
    type: 'client_credentials',
    token_url: `${server.origin}/token`,
    client_id: 'id',
    client_secret: '{{custom_fields.api_key}}',
    send,
  }
  const plain = { type: 'header', name: 'x-key', value: '{{custom_fields.api_key}}' }
  const requester = localRequester(t, [server.target])
  const saw = async (app: AppDefinition, key: string) =>
    (
      JSON.parse((await sendRequest(requester, app, request, values(key), limits)).body.toString()) as {
        saw: string
      }
    ).saw
  const app = keyApp(server.origin, auth, {}, { alternate_auth: { plain } })
  const basic = (secret: string) => `Bearer for Basic ${Buffer.from(`id:${secret}`).toString('base64')}`
  assert.deepEqual(
    [await saw(app, 'a'), await saw(app, 'b'), await saw(app, 'a')],
    [basic('a'), basic('b'), basic('a')],
  )
  await saw(keyApp(server.origin, auth, { name_slug: 'other' }), 'a')
  const mints = () => server.requests.filter(({ path }) => path === '/token').length
  assert.equal(mints(), 3)
  const { values: same, remembered } = await requester.mintedTokens.ready(
    requester,
    app,
    values('c'),
    'plain',
  )
  assert.deepEqual([same, remembered, mints()], [values('c'), false, 3])
  assert.ok(!JSON.stringify(requester.mintedTokens).includes('Basic'))
})
