import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { createHash, createVerify, generateKeyPairSync } from 'node:crypto'
import { exchangeCode } from './exchange-code.ts'
import { localRequester } from './local-requester.ts'
import { reply, serveLocally, type SeenRequest } from './local-server.ts'
import { refreshToken } from './refresh-token.ts'
import { revokeTokens } from './revoke-token.ts'
import { oauthApp } from './sample-app.ts'

const exchange = {
  customFields: {},
  code: 'the-code',
  redirectUri: 'https://us/cb',
  codeVerifier: 'v',
  scopes: [],
}

async function upstreamFor(t: TestContext, isGood: (request: SeenRequest) => boolean) {
  const server = await serveLocally(t, (request, response) =>
    isGood(request)
      ? reply(response, 200, { access_token: 'at', refresh_token: 'rt2', expires_in: 60 })
      : reply(response, 401, { error: 'invalid_client' }),
  )
  return { server, upstream: localRequester(t, [server.target]) }
}

test('C1: private_key_jwt proves the client with a signature, and the key itself never leaves', async (t) => {
  const pairs = [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ] as const
  const ids = new Set<unknown>()
  for (const [alg, { privateKey, publicKey }] of pairs) {
    const { server, upstream } = await upstreamFor(t, ({ form, headers }) => {
      const [header = '', claims = '', signature = ''] = (form.get('client_assertion') ?? '').split('.')
      const read = (part: string) =>
        JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
      const { iss, sub, aud, exp, iat, jti } = read(claims)
      ids.add(jti)
      assert.deepEqual(read(header), { alg, typ: 'JWT', kid: 'key-1' })
      assert.equal(
        form.get('client_assertion_type'),
        'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      )
      assert.deepEqual([form.get('client_id'), form.has('client_secret')], ['id', false])
      assert.equal(headers.authorization, undefined)
      assert.deepEqual([iss, sub, aud], ['id', 'id', `${server.origin}/token`])
      assert.equal((exp as number) - (iat as number), 300)
      return createVerify('sha256')
        .update(`${header}.${claims}`)
        .verify({ key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
    })
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    const client = { id: 'id', secret, settings: { key_id: 'key-1' } }
    const app = oauthApp(server.origin, { client_auth: 'private_key_jwt' })
    assert.equal((await exchangeCode(upstream, app, { ...exchange, client })).accessToken, 'at')
    const refreshed = await refreshToken(upstream, app, { customFields: {}, client, refreshToken: 'rt' })
    assert.equal(refreshed.refreshToken, 'rt2')
    assert.ok(!JSON.stringify(server.requests).includes('PRIVATE KEY'))
  }
  assert.equal(ids.size, 4, 'no assertion is used twice')
})

test('C3, smartsheet: the hash of secret and code, or of secret and refresh token, in place of the secret', async (t) => {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
  const { server, upstream } = await upstreamFor(t, ({ form }) => {
    const spent = form.get('code') ?? form.get('refresh_token')
    return form.get('client_id') === 'id' && form.get('hash') === hashOf(`app secret|${spent}`)
  })
  const app = oauthApp(server.origin, { client_secret_transform: 'smartsheet_hash', pkce: 'no' })
  const client = { id: 'id', secret: 'app secret' }
  assert.equal((await exchangeCode(upstream, app, { ...exchange, client })).accessToken, 'at')
  await refreshToken(upstream, app, { customFields: {}, client, refreshToken: 'rt' })
  const [first, second] = server.requests
  assert.equal(first?.form.get('hash'), hashOf('app secret|the-code'))
  assert.equal(second?.form.get('hash'), hashOf('app secret|rt'))
  assert.ok(
    server.requests.every(({ body }) => !body.includes('client_secret') && !body.includes('app+secret')),
  )
  const wrong = { ...exchange, client: { id: 'id', secret: 'wrong' } }
  await assert.rejects(exchangeCode(upstream, app, wrong), { kind: 'configuration' })
})

test('C1, G1: with HTTP Basic the client is written in one way everywhere, whatever characters its secret has', async (t) => {
  // RFC 6749 section 2.3.1: form-encoded before they are joined.
  const basic = `Basic ${Buffer.from('id%3A1:s%25c%2Bre+t%3D').toString('base64')}`
  const { server, upstream } = await upstreamFor(t, ({ headers }) => headers.authorization === basic)
  const client = { id: 'id:1', secret: 's%c+re t=' }
  const revocation = {
    method: 'POST',
    url: `${server.origin}/revoke`,
    auth: 'client_basic',
    body: { token: '{{refresh_token}}' },
  }
  const app = oauthApp(server.origin, { client_auth: 'basic', revocation })
  assert.equal((await exchangeCode(upstream, app, { ...exchange, client })).accessToken, 'at')
  const account = { customFields: {}, client, refreshToken: 'rt' }
  assert.equal((await refreshToken(upstream, app, account)).refreshToken, 'rt2')
  assert.deepEqual(await revokeTokens(upstream, app, account), { outcome: 'revoked' })
})
