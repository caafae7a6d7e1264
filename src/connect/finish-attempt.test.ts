/** A connection from the request to the account, and what it leaves behind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLIENT_SECRET, connectWorld, startedWorld, departure, TOKENS } from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'
import { codeChallengeOf } from '../platform/crypto/secrets.ts'
import { reply } from '../upstream/local-server.ts'

for (const database of testDatabases) {
  test(`a whole connection on ${database.name}`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const { world, token, authorize, state, cookie } = await startedWorld(t, { databaseUrl: url })
    world.answers['/token'] = (_request, response) =>
      reply(response, 200, { ...TOKENS, team: { id: 'team-7' } })
    const answer = await world.callback({ code: 'the-code', state }, cookie)
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    const location = answer.headers.get('location') ?? ''
    assert.match(location, /\/connect\/results\//)
    const page = await world.request(location, { headers: { cookie } })
    assert.equal(page.status, 200)
    assert.match(
      await page.text(),
      /account <strong>ada@double\.test<\/strong> is now connected to <strong>My project<\/strong>/,
    )

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
    const again = await world.callback({ code: 'the-code', state }, cookie)
    assert.equal(again.headers.get('location'), answer.headers.get('location'))
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
    assert.deepEqual(pages.map((page) => String(page.status)).toSorted(), ['200', '403', '403'])
    assert.equal((await world.rows('accounts')).length, 1)
    assert.equal((await world.rows('credentials')).length, 1)
    const [row] = await world.rows('connect_tokens')
    assert.equal(row?.account_id, (await world.rows('accounts'))[0]?.id)
  })
}

test('G7-127: the request leg', async (t) => {
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

test('G7-142: basic: the client secret is in the header and nowhere else', async (t) => {
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

test('G7-143: a connection may finish after its token has expired, within ten minutes of its beginning', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ expires_in: 60 })
  world.clock.advance(59_000)
  const [early, late] = [await world.start(token), await world.start(token)]
  world.clock.advance(5 * 60_000)
  assert.equal((await world.page(token)).status, 403)
  assert.match(
    (await world.callback({ code: 'c', state: early.state }, early.cookie)).headers.get('location') ?? '',
    /results/,
  )
  assert.equal((await world.rows('accounts')).length, 1)
  world.clock.advance(6 * 60_000)
  assert.equal((await world.callback({ code: 'c', state: late.state }, late.cookie)).status, 400)
  assert.equal(world.provided('/token').length, 1)
})

test('G6-124, G6-125: the redirect addresses, byte for byte and only when it is over', async (t) => {
  const world = await connectWorld(t)
  const uris = {
    success_redirect_uri: 'https://app.test/Done/?a=1&b=%20x',
    error_redirect_uri: 'https://app.test/failed?x=%41',
  }
  const token = await world.token(uris)
  const refused = await world.start(token)
  const failed = await world.callback({ error: 'access_denied', state: refused.state }, refused.cookie)
  assert.equal(failed.headers.get('location'), `${uris.error_redirect_uri}&error=user_refused`)
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

test('an address that is not ASCII is reached all the same', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ success_redirect_uri: 'https://app.test/完了?wer=Jürgen' })
  const { state, cookie } = await world.start(token)
  const done = await world.callback({ code: 'c', state }, cookie)
  assert.equal(done.status, 303)
  assert.equal(done.headers.get('location'), 'https://app.test/%E5%AE%8C%E4%BA%86?wer=J%C3%BCrgen')
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

test('an answer that comes twice waits for the first one, and ends where that does', async (t) => {
  const { world, state, cookie } = await startedWorld(t)
  const { promise: asked, resolve: seen } = Promise.withResolvers<() => void>()
  world.answers['/token'] = (_request, response) => seen(() => reply(response, 200, TOKENS))
  const first = world.callback({ code: 'c', state }, cookie)
  const answerNow = await asked
  const second = await world.callback({ code: 'another', state }, cookie)
  const result = second.headers.get('location') ?? ''
  const page = async () => (await world.request(result, { headers: { cookie } })).text()
  assert.match(await page(), /data-state="finishing".*Your Double account is being connected/s)
  answerNow()
  assert.equal((await first).headers.get('location'), result)
  assert.match(await page(), /is now connected to/)
  assert.equal(world.provided('/token').length, 1)
  assert.equal((await world.rows('accounts')).length, 1)
})

test('a person deleted meanwhile takes the attempt along', async (t) => {
  const { world, state, cookie } = await startedWorld(t)
  await world.app.db.write((tx) => tx.deleteFrom('connect_tokens').execute())
  assert.equal((await world.callback({ code: 'c', state }, cookie)).status, 400)
  assert.equal(world.provided('/token').length, 0)
})

test('what failed once can be tried again with the same token', async (t) => {
  const { world, token, state, cookie } = await startedWorld(t)
  await world.callback({ error: 'access_denied', state }, cookie)
  const again = departure(await world.postForm('/connect/attempts', { token, app: 'double' }))
  await world.callback({ code: 'c', state: again.state }, again.cookie)
  assert.equal((await world.rows('accounts')).length, 1)
})

test('the page of a failure leads back where trying again can help, while the link is good', async (t) => {
  const { world, token, cookie } = await startedWorld(t)
  const wayBack = async (code: string) => {
    const end = { status: 'failed', error_code: code } as const
    const [attempt] = await world.rows('connect_attempts')
    await world.app.db.write((tx) => tx.updateTable('connect_attempts').set(end).execute())
    const page = await (
      await world.request(`/connect/results/${attempt?.id}`, { headers: { cookie } })
    ).text()
    assert.match(page, new RegExp(`<code>${code}</code>`))
    assert.match(page, /src="\/_static\/apps\/double\.svg"/, 'at which app')
    return /<a class="button main" href="([^"]+)">Try again<\/a>/.exec(page)?.[1]?.replaceAll('&amp;', '&')
  }
  for (const code of ['user_refused', 'provider_unreachable', 'scopes_missing'])
    assert.equal(await wayBack(code), `${world.url}/_static/connect.html?app=double&token=${token}`)
  for (const code of ['verification_refused', 'client_refused', 'account_unknown'])
    assert.equal(await wayBack(code), undefined, code)
  world.clock.advance(5 * 3_600_000)
  assert.equal(await wayBack('user_refused'), undefined, 'the token has expired')
})
