/**
 * Snowflake, from docs.snowflake.com "Authenticating to the server" (key pairs), and Ghost, from docs.ghost.org "Admin API" (token
 * authentication): a JWT of the account's own for each request.
 */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { bearerOf, type Double } from './double.ts'
import { readJwt } from './jwt-check.ts'
import { providerWorld } from './provider-world.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const fingerprint = `SHA256:${createHash('sha256')
  .update(publicKey.export({ type: 'spki', format: 'der' }))
  .digest('base64')}`

const snowflake = (now: () => number): Double => ({
  origins: ['https://*.snowflakecomputing.com'],
  answer({ headers, url, method, json }) {
    if (headers['x-snowflake-authorization-token-type'] !== 'KEYPAIR_JWT') return { status: 400, body: {} }
    if (!headers['user-agent']) return { status: 400, body: { code: '391903' } }
    const jwt = readJwt(bearerOf(headers['authorization']), 'RS256', publicKey)
    const { iss, sub, iat, exp } = jwt?.claims ?? {}
    const seconds = now() / 1000
    const isInTime =
      typeof iat === 'number' &&
      typeof exp === 'number' &&
      iat <= seconds &&
      exp > seconds &&
      exp - iat <= 3600
    const isAda = sub === 'XY12345.ADA' && iss === `XY12345.ADA.${fingerprint}`
    if (!isAda || !isInTime)
      return { status: 401, body: { code: '390144', message: 'JWT token is invalid.' } }
    assert.equal(`${method} ${url.pathname}`, 'POST /api/v2/statements')
    assert.deepEqual(json, { statement: 'SELECT CURRENT_USER()' })
    return { status: 200, body: { data: [['ADA']] } }
  },
})

test('H10, H12, H13, snowflake: a key pair signs each request; the token lives less than an hour', async (t) => {
  let now = () => 0
  const w = await providerWorld(
    t,
    snowflake(() => now()),
    { slug: 'snowflake' },
  )
  now = () => w.clock.now()
  const keys = { account: 'xy12345.eu-central-1', username: 'ada', private_key: pem }
  const account = await w.connectKeys(keys)
  assert.equal(w.requests[0]?.url.host, 'xy12345.eu-central-1.snowflakecomputing.com')
  assert.ok(!JSON.stringify(w.requests).includes('PRIVATE KEY'))
  const call = {
    method: 'POST',
    url: '/api/v2/statements',
    encoding: 'json',
    body: { statement: 'SELECT CURRENT_USER()' },
  }
  assert.equal((await w.call(account, call)).status, 200)
  w.clock.advance(2 * 3600_000)
  assert.equal((await w.call(account, call)).status, 200, 'a new token, hours later')

  // Copied out of JSON, where a line ends with two characters.
  const copied = { ...keys, private_key: pem.replaceAll('\n', '\\n') }
  assert.equal((await w.submitKeys(copied)).status, 200)
  const code = async (fields: Record<string, string>) => {
    const answer = await w.submitKeys(fields)
    return answer.status === 200 ? 'ok' : ((await answer.json()) as { code?: string }).code
  }
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const otherPem = other.export({ type: 'pkcs8', format: 'pem' }) as string
  assert.equal(await code({ ...keys, private_key: otherPem }), 'keys_refused')
  assert.equal(await code({ ...keys, private_key: 'no key' }), 'keys_refused')
  assert.equal(await code({ account: 'acme-one', username: 'ada', password: 'p' }), 'ok')
})

const SECRET_HEX = 'b1b5b9c1d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1'

const ghost = (now: () => number): Double => ({
  origins: ['https://acme.ghost.io'],
  answer({ headers, url }) {
    const [, token] = /^Ghost (.+)$/.exec(headers['authorization'] ?? '') ?? []
    const jwt = readJwt(token, 'HS256', Buffer.from(SECRET_HEX, 'hex'))
    const { aud, iat, exp } = jwt?.claims ?? {}
    const seconds = now() / 1000
    const isInTime = typeof iat === 'number' && typeof exp === 'number' && iat <= seconds && exp > seconds
    const isShort = isInTime && exp - iat <= 300
    if (jwt?.header['kid'] !== '6748592f4b9b7700010f6564' || aud !== '/admin/' || !isShort)
      return { status: 401, body: { errors: [{ message: 'Invalid token' }] } }
    if (url.pathname === '/ghost/api/admin/site/') return { status: 200, body: { site: { title: 'Acme' } } }
    return { status: 200, body: { posts: [] } }
  },
})

test('H10, H13, ghost_org_admin_api: the key is cut in two, and its second half signs', async (t) => {
  let now = () => 0
  const w = await providerWorld(
    t,
    ghost(() => now()),
    { slug: 'ghost_org_admin_api' },
  )
  now = () => w.clock.now()
  const keys = {
    admin_api_url: 'acme.ghost.io',
    admin_api_key: `6748592f4b9b7700010f6564:${SECRET_HEX}`,
  }
  const account = await w.connectKeys(keys)
  assert.equal(account.name, 'Acme')
  assert.deepEqual(account.credentials, keys)
  assert.ok(!JSON.stringify(w.requests).includes(SECRET_HEX))
  assert.equal((await w.call(account, { url: '/ghost/api/admin/posts/' })).status, 200)
  const wrong = await w.submitKeys({ ...keys, admin_api_key: `6748592f4b9b7700010f6564:${'00'.repeat(32)}` })
  assert.equal(((await wrong.json()) as { code?: string }).code, 'keys_refused')
})
