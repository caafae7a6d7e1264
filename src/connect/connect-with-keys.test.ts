/** Keys that a person types: tried out before they are stored, never shown again, and stored once however often they are sent. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld } from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'
import { reply } from '../upstream/local-server.ts'
import { connectWithKeys, type KeysRequest } from './connect-with-keys.ts'
import { requireKnownToken } from './require-token.ts'

const good = { 'field.api_key': 'good-key', 'field.region': 'us', 'field.subdomain': '' }

test('G6-118: the form makes an account; another token or another origin does not', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const form = { token, app: 'double_keys', ...good }
  const refused: [Record<string, string>, Record<string, string>][] = [
    [{ ...form, token: `ctok_${'0'.repeat(32)}` }, { origin: new URL(world.url).origin }],
    [form, { origin: 'https://evil.test' }],
    [form, { origin: 'null' }],
    [form, {}],
    [form, { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    [form, { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' }],
  ]
  for (const [members, headers] of refused) {
    assert.equal(
      (await world.postForm('/connect/keys', members, headers)).status,
      403,
      JSON.stringify(headers),
    )
    assert.equal(
      (await world.postForm('/connect/attempts', { ...members, app: 'double' }, headers)).status,
      403,
    )
  }
  assert.equal(world.provider.requests.length, 0)
  assert.deepEqual(await world.rows('accounts'), [])

  // As a browser sends it from a page with no-referrer.
  const answer = await world.postForm('/connect/keys', form, {
    origin: 'null',
    'sec-fetch-site': 'same-origin',
  })
  assert.equal(answer.status, 200)
  const text = await answer.text()
  assert.match(text, /Your Double Keys account <strong>ada@double.test<\/strong> is now connected/)
  assert.ok(!text.includes('good-key') && !world.logged().includes('good-key'))
  const [account] = await world.rows('accounts')
  assert.equal(account?.name, 'ada@double.test')
  assert.equal(account.oauth_app_id, null)
  const [credentials] = await world.rows('credentials')
  assert.equal(credentials?.kind, 'keys')
  assert.ok(!JSON.stringify(credentials).includes('good-key'))
  // Reloaded: the same once more. Changed: the token is used.
  assert.equal((await world.postForm('/connect/keys', form)).status, 200)
  assert.equal((await world.postForm('/connect/keys', { ...form, 'field.region': 'eu' })).status, 403)
  assert.equal((await world.rows('accounts')).length, 1)
})

test('G6-119: keys that the provider refuses are not stored, and the form comes back without them', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ error_redirect_uri: 'https://app.test/error' })
  const form = {
    token,
    app: 'double_keys',
    ...good,
    'field.api_key': 'bad-key',
    'field.subdomain': 'my-team',
  }
  const answer = await world.postForm('/connect/keys', form)
  assert.equal(answer.status, 400)
  const text = await answer.text()
  assert.match(text, /<code id="failure-code">keys_refused<\/code>/)
  assert.match(text, /value="my-team"/)
  assert.match(text, /<option value="us" selected>/)
  assert.ok(!text.includes('bad-key') && !world.logged().includes('bad-key'))

  const json = await world.postJson('/connect/keys', {
    token,
    app: 'double_keys',
    values: { api_key: 'bad-key' },
  })
  assert.equal(json.status, 400)
  assert.equal(((await json.json()) as { code: string }).code, 'keys_refused')

  world.answers['/me'] = (_request, response) => reply(response, 503, {})
  const later = await world.postForm('/connect/keys', { token, app: 'double_keys', ...good })
  assert.equal(later.status, 502)
  assert.match(await later.text(), /provider_unreachable/)
  assert.deepEqual(await world.rows('accounts'), [])
  assert.equal((await world.page(token, { app: 'double_keys' })).status, 200)
})

test('fields are judged before anything is sent', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const cases: [Record<string, string>, string][] = [
    [{}, 'api_key'],
    [{ api_key: '' }, 'api_key'],
    [{ api_key: 'x'.repeat(8193) }, 'api_key'],
    [{ api_key: 'a\u0000b' }, 'api_key'],
    [{ api_key: 'good-key', region: 'mars' }, 'region'],
    [{ api_key: 'good-key', subdomain: 'UPPER' }, 'subdomain'],
    [{ api_key: 'good-key', subdomain: 'a\nb' }, 'subdomain'],
    [{ api_key: 'good-key', other: 'x' }, 'other'],
  ]
  for (const [values, field] of cases) {
    const answer = await world.postJson('/connect/keys', { token, app: 'double_keys', values })
    assert.equal(answer.status, 400)
    const body = (await answer.json()) as { code: string; details: { fields: Record<string, string> } }
    assert.equal(body.code, 'field_invalid')
    assert.deepEqual(Object.keys(body.details.fields), [field])
  }
  const form = await world.postForm('/connect/keys', { token, app: 'double_keys', 'field.api_key': '' })
  assert.match(await form.text(), /id="field-api_key-fault" >Please fill this in\./)
  const twice = await world.request('/connect/keys', {
    method: 'POST',
    body: `token=${token}&app=double_keys&field.api_key=a&field.api_key=b`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(world.url).origin },
  })
  assert.equal(twice.status, 400)
  assert.equal(world.provider.requests.length, 0)
  assert.deepEqual(await world.rows('accounts'), [])
})

test('apps that sign in take no keys, and apps with keys have no sign-in', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const keys = await world.postJson('/connect/keys', { token, app: 'double', values: {} })
  assert.equal(((await keys.json()) as { code: string }).code, 'keys_not_accepted')
  const attempt = await world.postForm('/connect/attempts', { token, app: 'double_keys' })
  assert.equal(attempt.status, 400)
  assert.deepEqual(await world.rows('connect_attempts'), [])
})

test('G6-124: after the keys, on to the success address by a page, because the form may lead nowhere else', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ success_redirect_uri: 'https://app.test/done?a=1&b="' })
  const answer = await world.postForm('/connect/keys', { token, app: 'double_keys', ...good })
  assert.equal(answer.status, 200)
  const text = await answer.text()
  assert.ok(
    text.includes('<meta http-equiv="refresh" content="0; url=https://app.test/done?a=1&amp;b=&quot;" />'),
  )
  assert.doesNotMatch(text, /good-key|ctok_/)
})

for (const database of testDatabases) {
  test(`the same request again, in turn or at once, gets the same account on ${database.name}`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const world = await connectWorld(t, { databaseUrl: url })
    const text = await world.token()
    const token = await requireKnownToken(world.app, text)
    const request: KeysRequest = {
      connectToken: text,
      from: 'page',
      appSlug: 'double_keys',
      values: { api_key: 'good-key' },
      requestDigest: 'digest-1',
    }
    const same = await Promise.all([1, 2, 3].map(() => connectWithKeys(world.app, token, request)))
    assert.equal(new Set(same).size, 1)
    assert.equal((await world.rows('accounts')).length, 1)
    assert.equal((await world.rows('credentials')).length, 1)
    const later = await requireKnownToken(world.app, text)
    assert.equal(await connectWithKeys(world.app, later, request), same[0])
    await assert.rejects(connectWithKeys(world.app, later, { ...request, requestDigest: 'digest-2' }), {
      code: 'token_used',
    })
    await assert.rejects(connectWithKeys(world.app, token, { ...request, requestDigest: 'digest-2' }), {
      code: 'token_used',
    })
    assert.equal((await world.rows('accounts')).length, 1)
  })
}
