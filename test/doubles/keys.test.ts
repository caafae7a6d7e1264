/** Telegram (core.telegram.org/bots/api) and Twilio (twilio.com/docs/iam/api/account): accounts that are connected with keys; and those without HTTP. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { basicOf, type Double } from './double.ts'
import { providerWorld } from './provider-world.ts'

const TOKEN = '123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11'

const telegram: Double = {
  origins: ['https://api.telegram.org'],
  // The token is part of the path, and a mistake is said in the body too.
  answer: ({ url }) => {
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(url.pathname) ?? []
    if (token !== TOKEN)
      return { status: 401, body: { ok: false, error_code: 401, description: 'Unauthorized' } }
    if (method === 'getMe')
      return {
        status: 200,
        body: {
          ok: true,
          result: { id: 123456, is_bot: true, first_name: 'Engine', username: 'engine_bot' },
        },
      }
    return { status: 404, body: { ok: false, error_code: 404, description: 'Not Found' } }
  },
}

test('D1, H6, telegram_bot_api: the token in the path, and nowhere else', async (t) => {
  const world = await providerWorld(t, telegram, { slug: 'telegram_bot_api' })
  assert.equal((await world.submitKeys({ token: '123456:wrong' })).status, 400)
  const account = await world.connectKeys({ token: TOKEN })
  assert.equal(account.name, 'engine_bot')
  assert.equal(account.credentials['token'], TOKEN)
  for (const { headers, body } of world.requests) assert.ok(!JSON.stringify([headers, body]).includes(TOKEN))
})

const SID = `AC${'0123456789abcdef'.repeat(2)}`
const twilio: Double = {
  origins: ['https://api.twilio.com'],
  answer: ({ url, headers }) =>
    basicOf(headers['authorization']) === `${SID}:twilio-auth-token` &&
    url.pathname === `/2010-04-01/Accounts/${SID}.json`
      ? { status: 200, body: { sid: SID, friendly_name: 'Analytical Engines', status: 'active' } }
      : { status: 401, body: { code: 20003, message: 'Authenticate', status: 401 } },
}

test('H4, twilio: Basic of account and token; wrong ones are not stored', async (t) => {
  const world = await providerWorld(t, twilio, { slug: 'twilio' })
  const refused = await world.submitKeys({ accountSid: SID, authToken: 'wrong' })
  assert.equal(refused.status, 400)
  assert.equal(((await refused.json()) as { code: string }).code, 'keys_refused')
  assert.deepEqual(await world.app.db.read.selectFrom('accounts').selectAll().execute(), [])
  assert.equal(
    (await world.connectKeys({ accountSid: SID, authToken: 'twilio-auth-token' })).name,
    'Analytical Engines',
  )
})

test('J1, mongodb, mysql, postgresql: what does not speak HTTP is stored, never proxied and never called', async (t) => {
  const nobody: Double = { origins: [], answer: () => ({ status: 500 }) }
  const world = await providerWorld(t, nobody, { slug: 'postgresql' })
  for (const slug of ['mongodb', 'mysql', 'postgresql']) {
    const answer = await world.api(`/../apps/${slug}`)
    const { data } = (await answer.json()) as { data: { connect: { proxy_enabled: boolean } } }
    assert.equal(data.connect.proxy_enabled, false, slug)
  }
  const fields = {
    host: 'db.example.test',
    port: '5432',
    user: 'ada',
    password: 'secret-password',
    database: 'engines',
  }
  const account = await world.connectKeys(fields)
  assert.equal(account.credentials['password'], 'secret-password')
  assert.equal(world.requests.length, 0)
})
