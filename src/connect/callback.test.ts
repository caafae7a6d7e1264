/** The provider's answer: what becomes an account, and everything that must not. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  CLIENT_SECRET,
  connectWorld,
  departure,
  TOKENS,
  type World,
  type WorldOptions,
} from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'
import { codeChallengeOf } from '../platform/crypto/secrets.ts'
import { createEgress } from '../upstream/egress.ts'
import { reply, serveLocally } from '../upstream/local-server.ts'

const MINUTE = 60_000

/** Nothing was connected and the token can still be used. */
async function assertNothingConnected(world: World, token: string): Promise<void> {
  assert.deepEqual(await world.rows('accounts'), [])
  assert.deepEqual(await world.rows('credentials'), [])
  assert.equal((await world.page(token)).status, 200, 'the token is unused')
}

/** Follows the callback to the result page and reads the code on it. */
async function failure(world: World, answer: Response, cookie: string): Promise<string> {
  assert.equal(answer.status, 303)
  const location = answer.headers.get('location') ?? ''
  assert.match(location, /\/connect\/results\/[\w-]{43}$/)
  const page = await world.request(location, { headers: { cookie } })
  const text = await page.text()
  assert.ok(page.status >= 400)
  return /Code: <code>(\w+)<\/code>/.exec(text)?.[1] ?? ''
}

async function started(
  t: TestContext,
  options: WorldOptions & { token?: Parameters<World['token']>[0] } = {},
) {
  const world = await connectWorld(t, options)
  const token = await world.token(options.token)
  return { world, token, ...(await world.start(token)) }
}

for (const database of testDatabases) {
  test(`a whole connection on ${database.name}`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const { world, token, authorize, state, cookie } = await started(t, { databaseUrl: url })
    world.answers['/token'] = (_request, response) =>
      reply(response, 200, { ...TOKENS, team: { id: 'team-7' } })
    const answer = await world.callback({ code: 'the-code', state }, cookie)
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    const location = answer.headers.get('location') ?? ''
    assert.match(location, /\/connect\/results\//)
    const page = await world.request(location, { headers: { cookie } })
    assert.equal(page.status, 200)
    assert.match(await page.text(), /Your Double account is now connected to <strong>My project<\/strong>/)

    const [account, ...others] = await world.rows('accounts')
    assert.equal(others.length, 0)
    assert.equal(account?.external_id, 'u1')
    assert.equal(account.app_slug, 'double')
    assert.equal(account.oauth_app_id, world.oauthAppId)
    assert.equal(account.name, 'ada@double.test')
    assert.equal(account.authorized_scopes, '["read","write"]')
    assert.equal(account.expires_at, world.clock.now() + 3600_000)
    const [credentials] = await world.rows('credentials')
    assert.equal(credentials?.kind, 'refreshable')

    const server = `${world.url}/v1/connect/${world.projectId}/accounts/${account.id}?include_credentials=true`
    const { access_token } = (await (
      await world.postJson('/v1/oauth/token', {
        grant_type: 'client_credentials',
        client_id: world.clientId,
        client_secret: world.clientSecret,
      })
    ).json()) as { access_token: string }
    const wire = (await (
      await fetch(server, { headers: { authorization: `Bearer ${access_token}` } })
    ).json()) as {
      credentials: Record<string, string>
    }
    assert.deepEqual(wire.credentials, {
      team_id: 'team-7',
      oauth_client_id: 'double-client',
      oauth_access_token: TOKENS.access_token,
      oauth_refresh_token: TOKENS.refresh_token,
      oauth_uid: 'person-1',
    })

    // 127, 142: one exchange, equal in both legs, the secret only where the app wants it.
    const [exchange, ...more] = world.provided('/token')
    assert.equal(more.length, 0)
    assert.equal(exchange?.form.get('redirect_uri'), authorize.searchParams.get('redirect_uri'))
    assert.equal(
      authorize.searchParams.get('redirect_uri'),
      `${world.url}/connect/oauth/${world.oauthAppId}/callback`,
    )
    const verifier = exchange.form.get('code_verifier') ?? ''
    assert.equal(codeChallengeOf(verifier), authorize.searchParams.get('code_challenge'))
    assert.equal(exchange.form.get('client_secret'), CLIENT_SECRET)
    assert.equal(exchange.headers.authorization, undefined)

    // Once: the state, the code and the token are spent.
    assert.equal((await world.callback({ code: 'the-code', state }, cookie)).status, 400)
    assert.equal((await world.page(token)).status, 403)
    assert.equal((await world.rows('accounts')).length, 1)
    assert.equal(world.provided('/token').length, 1)

    const stored = JSON.stringify([await world.rows('connect_attempts'), await world.rows('credentials')])
    for (const secret of [token, state, verifier, cookie.split('=')[1] ?? '', TOKENS.access_token])
      assert.ok(!stored.includes(secret), 'nothing is kept in the clear')
    for (const secret of [
      token,
      state,
      verifier,
      'the-code',
      CLIENT_SECRET,
      TOKENS.access_token,
      TOKENS.refresh_token,
    ])
      assert.ok(!world.logged().includes(secret), 'nothing of it is in the log')
  })

  test(`two attempts of one token at once make one account on ${database.name}`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const world = await connectWorld(t, { databaseUrl: url })
    const token = await world.token()
    const attempts = [await world.start(token), await world.start(token), await world.start(token)]
    const answers = await Promise.all(
      attempts.map(({ state, cookie }) => world.callback({ code: 'c', state }, cookie)),
    )
    const pages = await Promise.all(
      answers.map(async (answer, i) =>
        world.request(answer.headers.get('location') ?? '', {
          headers: { cookie: attempts[i]?.cookie ?? '' },
        }),
      ),
    )
    assert.deepEqual(pages.map((page) => page.status).toSorted(), [200, 403, 403])
    assert.equal((await world.rows('accounts')).length, 1)
    assert.equal((await world.rows('credentials')).length, 1)
    const [row] = await world.rows('connect_tokens')
    assert.equal(row?.account_id, (await world.rows('accounts'))[0]?.id)
  })
}

test('127: the request leg', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const seen = new Set<string>()
  for (let i = 0; i < 100; i += 1) {
    const { authorize, state } = await world.start(token)
    assert.equal(authorize.origin + authorize.pathname, `${world.provider.origin}/authorize`)
    const { code_challenge, code_challenge_method, scope, ...others } = Object.fromEntries(
      authorize.searchParams,
    )
    assert.equal(code_challenge_method, 'S256')
    assert.match(code_challenge ?? '', /^[\w-]{43}$/)
    assert.match(state, /^[\w-]{43}$/, '256 bits')
    assert.equal(scope, 'read write')
    assert.deepEqual(Object.keys(others).toSorted(), ['client_id', 'redirect_uri', 'response_type', 'state'])
    seen.add(state).add(code_challenge ?? '')
  }
  assert.equal(seen.size, 200)
  const narrow = await world.start(token, { oauthScopeProfile: 'read_only' })
  assert.equal(narrow.authorize.searchParams.get('scope'), 'read')
})

test('130: state that is missing, unknown, altered, doubled or late', async (t) => {
  const { world, token, state, cookie } = await started(t)
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
  world.clock.advance(11 * MINUTE)
  const late = await world.callback({ code: 'c', state }, cookie)
  assert.equal(late.status, 400)
  assert.match(await late.text(), /<code>attempt_expired<\/code>/)
  assert.equal(world.provided('/token').length, 0)
  await assertNothingConnected(world, token)
})

test('128: the answer counts only in the browser that began', async (t) => {
  const { world, token, state, cookie } = await started(t)
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
  await assertNothingConnected(world, token)
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
    /^headgate_attempt_[\w-]{12}=[\w-]{43}; Path=\/connect; Max-Age=600; HttpOnly; SameSite=Lax$/,
  )
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
})

test('131: mix-up: another OAuth app’s address, another issuer', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const elsewhere = await world.start(token)
  const wrongPath = await world.callback(
    { code: 'c', state: elsewhere.state },
    elsewhere.cookie,
    'oa_0000000000000000',
  )
  assert.equal(await failure(world, wrongPath, elsewhere.cookie), 'provider_mismatch')
  for (const iss of ['https://evil.test', 'not a url', `${world.provider.origin}.evil.test`]) {
    const { state, cookie } = await world.start(token)
    assert.equal(
      await failure(world, await world.callback({ code: 'c', state, iss }, cookie), cookie),
      'provider_mismatch',
    )
  }
  assert.equal(world.provided('/token').length, 0)
  await assertNothingConnected(world, token)
  const { state, cookie } = await world.start(token)
  await world.callback({ code: 'c', state, iss: world.provider.origin }, cookie)
  assert.equal((await world.rows('accounts')).length, 1)
})

test('132, 133, 89: refusals and errors of the provider leave the token unused', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const nasty = '<img src=x onerror=alert(1)>'
  const cases: [Record<string, string>, string][] = [
    [{ error: 'access_denied', error_description: nasty }, 'user_refused'],
    [{ error: 'server_error', error_description: nasty }, 'provider_error'],
    [{ error: 'access_denied', code: 'c' }, 'user_refused'],
    [{}, 'provider_error'],
    [{ code: '' }, 'provider_error'],
    [{ error: 'access_denied', code: 'a\r\nb' }, 'user_refused'],
  ]
  for (const [query, code] of cases) {
    const { state, cookie } = await world.start(token)
    const answer = await world.callback({ ...query, state }, cookie)
    assert.equal(await failure(world, answer, cookie), code)
    const page = await world.request(answer.headers.get('location') ?? '', { headers: { cookie } })
    assert.doesNotMatch(await page.text(), /onerror/)
    assert.equal((await world.callback({ code: 'c', state }, cookie)).status, 400, 'the state is spent')
  }
  assert.equal(world.provided('/token').length, 0)
  await assertNothingConnected(world, token)
})

test('134: a hostile code', async (t) => {
  const { world, token, state, cookie } = await started(t)
  for (const code of ['a\r\nb', 'a\u0000b', 'ä', 'x'.repeat(4097)]) {
    const answer = await world.callback({ code, state }, cookie)
    assert.equal(answer.status, 400, JSON.stringify(code.slice(0, 10)))
    assert.equal(answer.headers.get('location'), null)
  }
  const huge = await world.callback({ code: 'x'.repeat(100_000), state }, cookie)
  assert.ok(huge.status >= 400 && huge.status < 500)
  assert.equal(world.provided('/token').length, 0)
  await assertNothingConnected(world, token)
})

test('135, 137, 138: exchanges that fail connect nothing, and send the code once', async (t) => {
  const evil = await serveLocally(t, (_request, response) => reply(response, 200, TOKENS))
  const world = await connectWorld(t)
  const token = await world.token()
  const cases: [string, string, World['answers'][string]][] = [
    ['302', 'client_refused', (_q, r) => reply(r, 302, '', { location: `${evil.origin}/token` })],
    ['307', 'client_refused', (_q, r) => reply(r, 307, '', { location: `${evil.origin}/token` })],
    ['500', 'provider_unreachable', (_q, r) => reply(r, 500, 'oops')],
    ['429', 'provider_unreachable', (_q, r) => reply(r, 429, { error: 'rate_limited' })],
    ['refused code', 'exchange_failed', (_q, r) => reply(r, 400, { error: 'invalid_grant' })],
    ['refused client', 'client_refused', (_q, r) => reply(r, 401, { error: 'invalid_client' })],
    ['garbage', 'exchange_failed', (_q, r) => reply(r, 200, '<html>')],
    ['no token', 'exchange_failed', (_q, r) => reply(r, 200, { token_type: 'bearer' })],
    ['mac', 'client_refused', (_q, r) => reply(r, 200, { ...TOKENS, token_type: 'mac' })],
    ['line break', 'exchange_failed', (_q, r) => reply(r, 200, { ...TOKENS, access_token: 'a\r\nb' })],
    ['5 MB', 'exchange_failed', (_q, r) => reply(r, 200, { ...TOKENS, x: 'x'.repeat(5_000_000) })],
    ['cut', 'exchange_failed', (_q, r) => r.destroy()],
  ]
  for (const [what, code, answer] of cases) {
    world.answers['/token'] = answer
    const before = world.provided('/token').length
    const { state, cookie } = await world.start(token)
    assert.equal(await failure(world, await world.callback({ code: 'c', state }, cookie), cookie), code, what)
    assert.equal(world.provided('/token').length - before, 1, what)
  }
  assert.equal(evil.connections(), 0)
  await assertNothingConnected(world, token)
})

test('136: a token endpoint that resolves to a private address is not called', async (t) => {
  const { world, token, state, cookie } = await started(t)
  const egress = createEgress({ allow: [], lookup: async () => [{ address: '127.0.0.1', family: 4 }] })
  t.after(() => egress.close())
  world.app.egress = egress
  assert.equal(
    await failure(world, await world.callback({ code: 'c', state }, cookie), cookie),
    'client_refused',
  )
  assert.equal(world.provider.connections(), 0)
  await assertNothingConnected(world, token)
})

test('139: granted less than asked', async (t) => {
  const world = await connectWorld(t)
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'read' })
  const strict = await world.token()
  const first = await world.start(strict)
  const refused = await world.callback({ code: 'c', state: first.state }, first.cookie)
  assert.equal(await failure(world, refused, first.cookie), 'scopes_missing')
  await assertNothingConnected(world, strict)

  const { state, cookie } = await world.start(await world.token({ allow_progressive_scopes: true }))
  await world.callback({ code: 'c', state }, cookie)
  const [account] = await world.rows('accounts')
  assert.equal(account?.authorized_scopes, '["read"]')
})

test('139: with less than asked, the app’s own test request decides', async (t) => {
  const world = await connectWorld(t, { double: { test_request: { method: 'GET', url: '/test' } } })
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'read' })
  world.answers['/test'] = (_request, response) => reply(response, 403, {})
  const token = await world.token({ allow_progressive_scopes: true })
  const { state, cookie } = await world.start(token)
  assert.equal(
    await failure(world, await world.callback({ code: 'c', state }, cookie), cookie),
    'scopes_missing',
  )
  await assertNothingConnected(world, token)
})

test('141: other methods redeem nothing', async (t) => {
  const { world, token, state, cookie } = await started(t)
  for (const method of ['POST', 'HEAD', 'PUT', 'DELETE']) {
    const answer = await world.callback({ code: 'c', state }, cookie, undefined, { method })
    assert.ok([404, 405].includes(answer.status), `${method}: ${answer.status}`)
  }
  assert.equal(world.provided('/token').length, 0)
  await assertNothingConnected(world, token)
})

test('142: basic: the client secret is in the header and nowhere else', async (t) => {
  const world = await connectWorld(t)
  const found = world.app.catalog.current.find('double')!
  const changed = { ...found, oauth: { ...found.oauth, client_auth: 'basic' } } as typeof found
  world.app.catalog.current = { ...world.app.catalog.current, find: () => changed }
  const { state, cookie } = await world.start(await world.token())
  await world.callback({ code: 'c', state }, cookie)
  const [exchange] = world.provided('/token')
  assert.equal(
    exchange?.headers.authorization,
    `Basic ${Buffer.from(`double-client:${CLIENT_SECRET}`).toString('base64')}`,
  )
  assert.ok(!(exchange.body + exchange.target).includes(CLIENT_SECRET))
  assert.ok(!world.logged().includes(CLIENT_SECRET))
})

test('143: a connection may finish after its token has expired, within ten minutes of its beginning', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ expires_in: 60 })
  world.clock.advance(59_000)
  const [early, late] = [await world.start(token), await world.start(token)]
  world.clock.advance(5 * MINUTE)
  assert.equal((await world.page(token)).status, 403)
  assert.match(
    (await world.callback({ code: 'c', state: early.state }, early.cookie)).headers.get('location') ?? '',
    /results/,
  )
  assert.equal((await world.rows('accounts')).length, 1)
  world.clock.advance(6 * MINUTE)
  assert.equal((await world.callback({ code: 'c', state: late.state }, late.cookie)).status, 400)
  assert.equal(world.provided('/token').length, 1)
})

test('124, 125: the redirect addresses, byte for byte and only when it is over', async (t) => {
  const world = await connectWorld(t)
  const uris = {
    success_redirect_uri: 'https://app.test/Done/?a=1&b=%20x',
    error_redirect_uri: 'https://app.test/failed?x=%41',
  }
  const token = await world.token(uris)
  const refused = await world.start(token)
  const failed = await world.callback({ error: 'access_denied', state: refused.state }, refused.cookie)
  assert.equal(failed.headers.get('location'), uris.error_redirect_uri)
  const strange = await world.callback({ code: 'c', state: 'unknown' }, refused.cookie)
  assert.equal(strange.headers.get('location'), null)

  const { state, cookie } = await world.start(token)
  world.answers['/token'] = (_request, response) => {
    void world.rows('accounts').then((rows) => {
      assert.equal(rows.length, 0)
      reply(response, 200, TOKENS)
    })
  }
  const done = await world.callback({ code: 'c', state }, cookie)
  assert.equal(done.headers.get('location'), uris.success_redirect_uri)
  assert.equal((await world.rows('accounts')).length, 1)
})

test('a person without an identity or a refresh token is connected all the same', async (t) => {
  const world = await connectWorld(t)
  const { refresh_token: _, expires_in: __, ...bare } = TOKENS
  world.answers['/token'] = (_request, response) => reply(response, 200, bare)
  world.answers['/me'] = (_request, response) => reply(response, 500, {})
  const { state, cookie } = await world.start(await world.token())
  await world.callback({ code: 'c', state }, cookie)
  const [account] = await world.rows('accounts')
  assert.equal(account?.name, null)
  assert.equal(account.expires_at, null)
  assert.equal((await world.rows('credentials'))[0]?.kind, 'static')
})

test('reconnecting keeps the account’s id', async (t) => {
  const world = await connectWorld(t)
  const first = await world.start(await world.token())
  await world.callback({ code: 'c', state: first.state }, first.cookie)
  const [before] = await world.rows('accounts')
  const again = await world.start(await world.token(), { accountId: before?.id ?? '' })
  await world.callback({ code: 'c', state: again.state }, again.cookie)
  const after = await world.rows('accounts')
  assert.deepEqual(
    after.map((row) => row.id),
    [before?.id],
  )
  assert.equal((await world.rows('credentials'))[0]?.generation, 2)
})

test('a person deleted meanwhile takes the attempt along', async (t) => {
  const { world, state, cookie } = await started(t)
  await world.app.db.write((tx) => tx.deleteFrom('connect_tokens').execute())
  assert.equal((await world.callback({ code: 'c', state }, cookie)).status, 400)
  assert.equal(world.provided('/token').length, 0)
})

test('what failed once can be tried again with the same token', async (t) => {
  const { world, token, state, cookie } = await started(t)
  await world.callback({ error: 'access_denied', state }, cookie)
  const again = departure(await world.postForm('/connect/attempts', { token, app: 'double' }))
  await world.callback({ code: 'c', state: again.state }, again.cookie)
  assert.equal((await world.rows('accounts')).length, 1)
})
