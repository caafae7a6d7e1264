/**
 * Providers that sell a short token for keys: PayPal (developer.paypal.com "Authentication"), Auth0 (auth0.com "Get Management API access
 * tokens for production"), Google service accounts (developers.google.com "Using OAuth 2.0 for server to server applications").
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { basicOf, bearerOf, type Double, type DoubleAnswer } from './double.ts'
import { readJwt } from './jwt-check.ts'
import { providerWorld } from './provider-world.ts'

type World = Awaited<ReturnType<typeof providerWorld>>
const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code

/** Tokens by number; only the newest `alive` ones are good. */
function tokenSeller(seconds: number) {
  let sold = 0
  const good = new Set<string>()
  return {
    sell(): DoubleAnswer {
      const access_token = `token-${(sold += 1)}`
      good.add(access_token)
      return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: seconds } }
    },
    sold: () => sold,
    endAll: () => good.clear(),
    isGood: (header: string | undefined) => good.has(bearerOf(header) ?? ''),
  }
}

const paypalKeys = { client_id: 'AZ-client', client_secret: 'EF-secret', environment: 'sandbox' }

function paypal() {
  const seller = tokenSeller(32_400)
  const state = { down: false, slow: undefined as Promise<void> | undefined }
  const double: Double = {
    origins: ['https://api-m.sandbox.paypal.com'],
    async answer({ url, headers, form }) {
      if (url.pathname === '/v1/oauth2/token') {
        await state.slow
        if (state.down) return { status: 503, body: {} }
        assert.deepEqual(Object.fromEntries(form), { grant_type: 'client_credentials' })
        return basicOf(headers['authorization']) === 'AZ-client:EF-secret'
          ? seller.sell()
          : {
              status: 401,
              body: { error: 'invalid_client', error_description: 'Client Authentication failed' },
            }
      }
      return seller.isGood(headers['authorization'])
        ? { status: 200, body: { event_types: [] } }
        : { status: 401, body: { error: 'invalid_token' } }
    },
  }
  return { double, seller, state }
}

const mints = (w: World) => w.requests.filter(({ url }) => url.pathname.endsWith('/token')).length
const types = { url: '/v1/notifications/webhooks-event-types' }

test('K1, F8, A3, paypal: one token for many requests; the credentials stay the fields', async (t) => {
  const { double, seller } = paypal()
  const w = await providerWorld(t, double, { slug: 'paypal' })
  const account = await w.connectKeys(paypalKeys)
  assert.deepEqual(account.credentials, paypalKeys)
  assert.equal(account.expires_at, null)
  for (let i = 0; i < 3; i += 1) assert.equal((await w.call(account, types)).status, 200)
  const together = await Promise.all(Array.from({ length: 10 }, async () => w.call(account, types)))
  assert.ok(together.every(({ status }) => status === 200))
  assert.ok(seller.sold() <= 2, `${seller.sold()} tokens for the same keys`)
  const stored = JSON.stringify(await w.app.db.read.selectFrom('credentials').selectAll().execute())
  assert.ok(!stored.includes('token-1') && !stored.includes('EF-secret'))
})

test('F8, paypal: renewed ahead of its end, by one call, and the old one is used while there is no new one', async (t) => {
  const { double, seller, state } = paypal()
  const w = await providerWorld(t, double, { slug: 'paypal' })
  const account = await w.connectKeys(paypalKeys)
  const before = seller.sold()
  assert.equal((await w.call(account, types)).status, 200)
  const first = seller.sold()
  w.clock.advance((32_400 - 121) * 1000)
  await w.call(account, types)
  assert.equal(seller.sold(), first, 'not yet')
  w.clock.advance(2_000)
  state.down = true
  assert.equal((await w.call(account, types)).status, 200, 'the old one is still good')
  state.down = false
  let go = () => {}
  state.slow = new Promise((resolve) => (go = resolve))
  const asked = mints(w)
  const waiting = Array.from({ length: 20 }, async () => w.call(account, types))
  go()
  const answers = await Promise.all(waiting)
  assert.ok(answers.every(({ status }) => status === 200))
  assert.equal(mints(w) - asked, 1)
  assert.equal(seller.sold(), first + 1)
  assert.ok(before <= first)
})

test('F8, paypal: a token that is refused is forgotten, and asked for once more, once', async (t) => {
  const { double, seller } = paypal()
  const w = await providerWorld(t, double, { slug: 'paypal' })
  const account = await w.connectKeys(paypalKeys)
  await w.call(account, types)
  const sold = seller.sold()
  seller.endAll()
  assert.equal((await w.call(account, types)).status, 200)
  assert.equal(seller.sold(), sold + 1)
  // Somebody who is simply not let in does not make us ask again and again.
  const deaf: Double = {
    origins: double.origins,
    answer: (request) =>
      request.url.pathname.endsWith('/token') ? seller.sell() : { status: 401, body: {} },
  }
  const closed = await providerWorld(t, deaf, { slug: 'paypal' })
  assert.equal(await codeOf(await closed.submitKeys(paypalKeys)), 'keys_refused')
  assert.equal(mints(closed), 1)
})

test('K1, F7, paypal: keys that buy no token are refused; an outage is none of their fault', async (t) => {
  const { double, state } = paypal()
  const w = await providerWorld(t, double, { slug: 'paypal' })
  const wrong = { ...paypalKeys, client_secret: 'wrong' }
  assert.equal(await codeOf(await w.submitKeys(wrong)), 'keys_refused')
  state.down = true
  const answer = await w.submitKeys(paypalKeys)
  assert.equal(await codeOf(answer), 'provider_unreachable')
  assert.equal((await w.app.db.read.selectFrom('accounts').selectAll().execute()).length, 0)
})

test('K1, F8, H13, auth0_management_api: client and audience in a form body', async (t) => {
  const seller = tokenSeller(86_400)
  const double: Double = {
    origins: ['https://acme.eu.auth0.com'],
    answer({ url, headers, form }) {
      if (url.pathname !== '/oauth/token')
        return seller.isGood(headers['authorization']) ? { status: 200, body: [] } : { status: 401, body: {} }
      assert.equal(headers['authorization'], undefined)
      const asked = Object.fromEntries(form)
      const { client_secret, ...rest } = asked
      assert.deepEqual(rest, {
        grant_type: 'client_credentials',
        client_id: 'm2m',
        audience: 'https://acme.eu.auth0.com/api/v2/',
      })
      return client_secret === 's3cret' ? seller.sell() : { status: 401, body: { error: 'access_denied' } }
    },
  }
  const w = await providerWorld(t, double, { slug: 'auth0_management_api' })
  const keys = { domain: 'acme.eu.auth0.com', client_id: 'm2m', client_secret: 's3cret' }
  const account = await w.connectKeys(keys)
  assert.deepEqual(account.credentials, keys)
  assert.equal((await w.call(account, { url: '/api/v2/users' })).status, 200)
  assert.equal(await codeOf(await w.submitKeys({ ...keys, client_secret: 'wrong' })), 'keys_refused')
})

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const EMAIL = 'robot@acme.iam.gserviceaccount.com'

function google(now: () => number) {
  const seller = tokenSeller(3599)
  const assertions: Record<string, unknown>[] = []
  const double: Double = {
    origins: ['https://*.googleapis.com'],
    answer({ url, headers, form }) {
      if (url.hostname !== 'oauth2.googleapis.com')
        return seller.isGood(headers['authorization'])
          ? // The account may not see the project, which says nothing of its key.
            { status: 403, body: { error: { status: 'PERMISSION_DENIED' } } }
          : { status: 401, body: { error: { status: 'UNAUTHENTICATED' } } }
      assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      const jwt = readJwt(form.get('assertion') ?? '', 'RS256', publicKey)
      const { iss, aud, iat, exp } = jwt?.claims ?? {}
      const seconds = now() / 1000
      const isInTime = typeof iat === 'number' && typeof exp === 'number' && iat <= seconds && exp > seconds
      if (
        !jwt ||
        !isInTime ||
        exp - iat > 3600 ||
        iss !== EMAIL ||
        aud !== 'https://oauth2.googleapis.com/token'
      )
        return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } }
      assertions.push({ ...jwt.header, ...jwt.claims })
      return seller.sell()
    },
  }
  return { double, seller, assertions }
}

const serviceAccount = {
  type: 'service_account',
  project_id: 'acme',
  private_key_id: 'k1',
  private_key: pem,
  client_email: EMAIL,
}

test('H10, F8, google_cloud: an assertion out of the JSON file buys a token; its hour over, another', async (t) => {
  let now = () => 0
  const { double, assertions, seller } = google(() => now())
  const w = await providerWorld(t, double, { slug: 'google_cloud' })
  now = () => w.clock.now()
  const account = await w.connectKeys({ key_json: JSON.stringify(serviceAccount) })
  assert.equal(account.name, EMAIL)
  assert.deepEqual(
    [assertions[0]?.['kid'], assertions[0]?.['scope']],
    ['k1', 'https://www.googleapis.com/auth/cloud-platform'],
  )
  const call = { url: 'https://storage.googleapis.com/storage/v1/b' }
  assert.equal((await w.call(account, call)).status, 403)
  const sold = seller.sold()
  w.clock.advance(3600_000)
  assert.equal((await w.call(account, call)).status, 403)
  assert.equal(seller.sold(), sold + 1)

  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const stolen = { ...serviceAccount, private_key: other.export({ type: 'pkcs8', format: 'pem' }) }
  assert.equal(await codeOf(await w.submitKeys({ key_json: JSON.stringify(stolen) })), 'keys_refused')
  const asked = mints(w)
  for (const key_json of ['{', '{}', JSON.stringify({ ...serviceAccount, private_key: 'none' })]) {
    const answer = await w.submitKeys({ key_json })
    assert.notEqual(answer.status, 200, key_json)
    assert.ok(!(await answer.text()).includes('PRIVATE'))
  }
  assert.equal(mints(w), asked, 'a file that is none goes nowhere')
})

test('H10, F8, firebase_admin_sdk: the same from three fields, with line breaks as JSON writes them', async (t) => {
  let now = () => 0
  const { double } = google(() => now())
  const w = await providerWorld(t, double, { slug: 'firebase_admin_sdk' })
  now = () => w.clock.now()
  const keys = { projectId: 'acme', clientEmail: EMAIL, privateKey: pem.replaceAll('\n', '\\n') }
  const account = await w.connectKeys(keys)
  assert.deepEqual(account.credentials, keys)
  assert.equal((await w.call(account, { url: 'https://fcm.googleapis.com/v1/x' })).status, 403)
})
