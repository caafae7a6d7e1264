/** Answers of a provider that are not taken, because they do not belong to this browser’s attempt or are no answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld, startedWorld } from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'

for (const database of testDatabases) {
  test(`an account id that can be none is an unknown one, not a failure of ours (${database.name})`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const world = await connectWorld(t, { databaseUrl: url })
    const token = await world.token()
    const body = { token, app: 'double', accountId: 'apn_\u0000' }
    const answer = await world.postJson('/connect/attempts', body)
    assert.equal(((await answer.json()) as { code: string }).code, 'account_unknown')
    const page = await world.page(token, { app: 'double', accountId: '\u0000' })
    assert.ok(page.status < 500)
  })
}

test('G7-130: state that is missing, unknown, altered, doubled or late', async (t) => {
  const { world, token, state, cookie } = await startedWorld(t)
  const altered = (state.startsWith('A') ? 'B' : 'A') + state.slice(1)
  const bad: [string, string][][] = [
    [['code', 'c']],
    [
      ['code', 'c'],
      ['state', ''],
    ],
    [
      ['code', 'c'],
      ['state', 'x'.repeat(43)],
    ],
    [
      ['code', 'c'],
      ['state', altered],
    ],
    [
      ['code', 'c'],
      ['state', state],
      ['state', state],
    ],
    [
      ['code', 'c'],
      ['code', 'c'],
      ['state', state],
    ],
  ]
  for (const query of bad) {
    const answer = await world.callback(query, cookie)
    assert.equal(answer.status, 400, JSON.stringify(query))
    assert.equal(answer.headers.get('location'), null)
    assert.match(answer.headers.get('content-security-policy') ?? '', /object-src 'none'/)
  }
  world.clock.advance(11 * 60_000)
  const late = await world.callback({ code: 'c', state }, cookie)
  assert.equal(late.status, 400)
  assert.match(await late.text(), /<code>attempt_expired<\/code>/)
  assert.equal(world.provided('/token').length, 0)
  await world.assertNothingConnected(token)
})

test('G7-128, G7-129: the answer counts only in the browser that began', async (t) => {
  const { world, token, state, cookie } = await startedWorld(t)
  const other = await world.start(token)
  const [name = ''] = cookie.split('=')
  const wrong = [
    undefined,
    '',
    `${name}=`,
    `${name}=${'x'.repeat(43)}`,
    other.cookie,
    `${name}=${other.cookie.split('=')[1]}`,
  ]
  for (const one of wrong) {
    const answer = await world.callback({ code: 'c', state }, one)
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /<code>wrong_browser<\/code>/)
  }
  assert.equal(world.provided('/token').length, 0)
  await world.assertNothingConnected(token)
  // The refusals spent nothing: the right browser still finishes, beside other cookies.
  const right = await world.callback({ code: 'c', state }, `a=b; ${other.cookie}; ${cookie}`)
  assert.equal(right.status, 303)
  assert.equal((await world.rows('accounts')).length, 1)
  const result = right.headers.get('location') ?? ''
  assert.equal((await world.request(result)).status, 404, 'the result page is for that browser too')
})

test('the cookie of an attempt', async (t) => {
  const world = await connectWorld(t)
  const answer = await world.postForm('/connect/attempts', { token: await world.token(), app: 'double' })
  assert.match(
    answer.headers.get('set-cookie') ?? '',
    /^headgate_attempt_[\w-]{12}=[\w-]{43}; Path=\/connect; Max-Age=2400; HttpOnly; SameSite=Lax$/,
  )
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
})

test('G7-131: mix-up: another OAuth app’s address, another issuer', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const elsewhere = await world.start(token)
  const wrongPath = await world.callback(
    { code: 'c', state: elsewhere.state },
    elsewhere.cookie,
    'oa_0000000000000000',
  )
  assert.equal(await world.failure(wrongPath, elsewhere.cookie), 'provider_mismatch')
  for (const iss of ['https://evil.test', 'not a url', `${world.provider.origin}.evil.test`]) {
    const { state, cookie } = await world.start(token)
    assert.equal(
      await world.failure(await world.callback({ code: 'c', state, iss }, cookie), cookie),
      'provider_mismatch',
    )
  }
  assert.equal(world.provided('/token').length, 0)
  await world.assertNothingConnected(token)
  const { state, cookie } = await world.start(token)
  await world.callback({ code: 'c', state, iss: world.provider.origin }, cookie)
  assert.equal((await world.rows('accounts')).length, 1)
})

test('G7-132, G7-133, G4-89: refusals and errors of the provider leave the token unused', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const nasty = '<img src=x onerror=alert(1)>'
  const cases: [Record<string, string>, string][] = [
    [{ error: 'access_denied', error_description: nasty }, 'user_refused'],
    [{ error: 'server_error', error_description: nasty }, 'provider_error'],
    [{ error: 'access_denied', code: 'c' }, 'user_refused'],
    [{ error: 'user_cancelled_login' }, 'user_refused'],
    [{ error: 'temporarily_unavailable' }, 'provider_unreachable'],
    [{ error: 'invalid_scope' }, 'client_refused'],
    [{ error: 'redirect_uri_mismatch' }, 'client_refused'],
    [{}, 'provider_error'],
    [{ code: '' }, 'provider_error'],
    [{ error: 'access_denied', code: 'a\r\nb' }, 'user_refused'],
  ]
  for (const [query, code] of cases) {
    const { state, cookie } = await world.start(token)
    const answer = await world.callback({ ...query, state }, cookie)
    assert.equal(await world.failure(answer, cookie), code)
    const page = await world.request(answer.headers.get('location') ?? '', { headers: { cookie } })
    const text = await page.text()
    assert.doesNotMatch(text, /onerror/)
    const callback = `>${world.url}/connect/oauth/${world.oauthAppId}/callback<`
    assert.equal(
      text.includes(callback),
      code === 'client_refused',
      'what to register is said where it may be wrong',
    )
    const spent = await world.callback({ code: 'c', state }, cookie)
    assert.equal(await world.failure(spent, cookie), code, 'the state is spent')
  }
  assert.equal(world.provided('/token').length, 0)
  await world.assertNothingConnected(token)
})

test('G7-134: a hostile code', async (t) => {
  const { world, token, state, cookie } = await startedWorld(t)
  for (const code of ['a\r\nb', 'a\u0000b', 'ä', 'x'.repeat(4097)]) {
    const answer = await world.callback({ code, state }, cookie)
    assert.equal(answer.status, 400, JSON.stringify(code.slice(0, 10)))
    assert.equal(answer.headers.get('location'), null)
  }
  const huge = await world.callback({ code: 'x'.repeat(100_000), state }, cookie)
  assert.ok(huge.status >= 400 && huge.status < 500)
  assert.equal(world.provided('/token').length, 0)
  await world.assertNothingConnected(token)
})

test('G7-141: other methods redeem nothing', async (t) => {
  const { world, token, state, cookie } = await startedWorld(t)
  for (const method of ['POST', 'HEAD', 'PUT', 'DELETE']) {
    const answer = await world.callback({ code: 'c', state }, cookie, undefined, { method })
    assert.ok([404, 405].includes(answer.status), `${method}: ${answer.status}`)
  }
  assert.equal(world.provided('/token').length, 0)
  await world.assertNothingConnected(token)
})
