/** What only the person can say: another identity at a reconnection, and which of several things at the app. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { connectWorld, namedWorld, TOKENS, type World } from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'
import { reply } from '../upstream/local-server.ts'
import { sweepAbandoned } from './sweep.ts'

/** The next person at the provider. */
function signInAs(world: World, id: string, access: string): void {
  const bearer = `Bearer ${access}`
  world.answers['/token'] = (_request, response) =>
    reply(response, 200, { ...TOKENS, access_token: access, refresh_token: `refresh-of-${access}` })
  world.answers['/me'] = (request, response) =>
    request.headers.authorization === bearer
      ? reply(response, 200, { id, email: `${id}@double.test` })
      : reply(response, 401, {})
}

async function connected(world: World): Promise<string> {
  signInAs(world, 'ada', 'token-of-ada')
  const first = await world.start(await world.token())
  await world.callback({ code: 'c', state: first.state }, first.cookie)
  const [account] = await world.rows('accounts')
  return account?.id ?? ''
}

/** Up to the question: Ada's account is connected again, and Grace signs in. */
async function asked(world: World, body = {}) {
  const accountId = await connected(world)
  signInAs(world, 'grace', 'token-of-grace')
  const token = await world.token(body)
  const { state, cookie } = await world.start(token, { accountId })
  const answer = await world.callback({ code: 'c', state }, cookie)
  const location = answer.headers.get('location') ?? ''
  assert.match(location, /\/connect\/choices\/[\w-]{43}$/)
  return { accountId, token, cookie, location }
}

const say = (world: World, location: string, cookie: string, answer: string, question = 'identity') =>
  world.postForm(
    new URL(location).pathname,
    { question, answer },
    { origin: new URL(world.url).origin, cookie },
  )

const credentialsOf = (world: World) => world.rows('credentials').then((rows) => rows.length)

for (const database of testDatabases) {
  test(`another identity is never swapped in silence on ${database.name}`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const world = await connectWorld(t, { databaseUrl: url })
    const { accountId, token, cookie, location } = await asked(world)
    const [before] = await world.rows('accounts')
    assert.equal(before?.name, 'ada@double.test', 'nothing has changed yet')
    assert.equal((await world.rows('credentials'))[0]?.generation, 1)
    const [, consumed] = await world.rows('connect_tokens')
    assert.equal(consumed?.consumed_at, null, 'the token is not used before it is final')

    const page = await world.request(location, { headers: { cookie } })
    const text = await page.text()
    assert.equal(page.status, 200)
    assert.match(text, /Connected so far: <strong>ada@double\.test<\/strong>/)
    assert.match(text, /Signed in now: <strong>grace@double\.test<\/strong>/)
    assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
    const stored = JSON.stringify(await world.rows('connect_attempts'))
    for (const secret of ['token-of-grace', 'refresh-of-token-of-grace', 'grace@double.test', token])
      assert.ok(!stored.includes(secret), 'what waits is sealed')

    // Neither another browser nor another site says anything.
    assert.equal((await world.request(location)).status, 404)
    const path = new URL(location).pathname
    const evil = await world.postForm(
      path,
      { question: 'identity', answer: 'replace' },
      { origin: 'https://evil.test', cookie },
    )
    assert.equal(evil.status, 403)
    assert.equal((await say(world, location, 'x=y', 'replace')).status, 404)
    assert.equal((await say(world, location, cookie, 'whatever')).status, 400)
    assert.equal((await world.rows('accounts'))[0]?.name, 'ada@double.test')

    const done = await say(world, location, cookie, 'separate')
    assert.match(done.headers.get('location') ?? '', /\/connect\/results\//)
    const accounts = await world.rows('accounts')
    assert.equal(accounts.length, 2)
    assert.deepEqual(
      new Set(accounts.map(({ name }) => name)),
      new Set(['ada@double.test', 'grace@double.test']),
    )
    assert.equal(accounts.find(({ id }) => id === accountId)?.name, 'ada@double.test')
    const again = await say(world, location, cookie, 'replace')
    assert.match(again.headers.get('location') ?? '', /\/connect\/results\//, 'it has been said')
    assert.equal(await credentialsOf(world), 2)
    assert.ok(!world.logged().includes('token-of-grace'))
  })
}

test('replacing is possible by a click, and the event says so', async (t) => {
  const world = await connectWorld(t)
  const { accountId, cookie, location } = await asked(world, {
    success_redirect_uri: 'https://app.test/done',
  })
  const done = await say(world, location, cookie, 'replace')
  assert.equal(done.headers.get('location'), 'https://app.test/done')
  const [account, ...others] = await world.rows('accounts')
  assert.deepEqual(others, [])
  assert.equal(account?.id, accountId)
  assert.equal(account.name, 'grace@double.test')
  assert.equal((await world.rows('credentials'))[0]?.generation, 2)
  const events = (await world.rows('events')).filter(({ type }) => type === 'account.reconnected')
  assert.equal(events.length, 1)
  assert.match(events[0]?.data ?? '', /identity_changed/)
})

test('signing in again forgets the other identity and begins once more in the same attempt', async (t) => {
  const world = await connectWorld(t)
  const { accountId, cookie, location } = await asked(world)
  const again = new URL((await say(world, location, cookie, 'again')).headers.get('location') ?? '')
  assert.equal(again.pathname, '/authorize')
  const [attempt] = (await world.rows('connect_attempts')).filter((row) => location.endsWith(row.id))
  assert.equal(attempt?.status, 'started')
  assert.equal(attempt.pending, null)
  signInAs(world, 'ada', 'second-token-of-ada')
  const state = again.searchParams.get('state') ?? ''
  await world.callback({ code: 'c', state }, cookie)
  const [account] = await world.rows('accounts')
  assert.equal(account?.id, accountId)
  assert.equal((await world.rows('credentials'))[0]?.generation, 2, 'the same person needs no question')
})

test('keys of another identity: the form opens once more, as it was, and the account keeps its own', async (t) => {
  const world = await connectWorld(t)
  world.answers['/me'] = ({ headers }, response) =>
    reply(response, 200, { id: headers['x-key'], email: `${String(headers['x-key'])}@double.test` })
  const submit = async (key: string, members: Record<string, string> = {}) => {
    const token = await world.token()
    const form = { token, app: 'double_keys', 'field.api_key': key, 'field.region': 'us', ...members }
    return { token, answer: await world.postForm('/connect/keys', form) }
  }
  await submit('ada')
  const [{ id: accountId } = { id: '' }] = await world.rows('accounts')
  const { token, answer } = await submit('grace', { accountId, lang: 'de', surplus: 'x' })
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const location = /\/connect\/choices\/[\w-]{43}/.exec(await answer.text())?.[0] ?? ''
  const page = await (await world.request(location, { headers: { cookie } })).text()
  assert.match(page, /Jetzt eingegeben: <strong>grace@double\.test<\/strong>/)
  assert.match(page, /Andere Schlüssel eingeben/)
  const again = await say(world, world.url + location, cookie, 'again')
  const back = new URL(again.headers.get('location') ?? '')
  assert.equal(back.pathname, '/_static/connect.html')
  assert.deepEqual(Object.fromEntries(back.searchParams), {
    token,
    app: 'double_keys',
    accountId,
    lang: 'de',
  })
  assert.equal((await world.request(back.pathname + back.search)).status, 200)
  assert.deepEqual(
    (await world.rows('accounts')).map(({ name }) => name),
    ['ada@double.test'],
  )
  assert.ok((await world.rows('connect_attempts')).every(({ pending }) => pending === null))
})

test('without an identity on either side there is no question, and the page says so', async (t) => {
  const world = await connectWorld(t)
  world.answers['/me'] = (_request, response) => reply(response, 500, {})
  const first = await world.start(await world.token())
  await world.callback({ code: 'c', state: first.state }, first.cookie)
  const [account] = await world.rows('accounts')
  const again = await world.start(await world.token(), { accountId: account?.id ?? '' })
  const answer = await world.callback({ code: 'c', state: again.state }, again.cookie)
  const page = await world.request(answer.headers.get('location') ?? '', {
    headers: { cookie: again.cookie },
  })
  assert.match(await page.text(), /Double does not say whose account it is/)
  assert.equal((await world.rows('accounts')).length, 1)
})

test('what waits for a person who does not come is gone after ten minutes', async (t) => {
  const world = await connectWorld(t)
  const { cookie, location } = await asked(world)
  world.clock.advance(10 * 60_000)
  assert.equal((await say(world, location, cookie, 'replace')).status, 400)
  assert.equal((await world.request(location, { headers: { cookie } })).status, 400)
  assert.equal(await sweepAbandoned(world.app, 10), 1)
  assert.ok((await world.rows('connect_attempts')).every((row) => row.pending === null))
  assert.deepEqual(
    (await world.rows('accounts')).map(({ name }) => name),
    ['ada@double.test'],
  )
  assert.equal(await sweepAbandoned(world.app, 10), 0)
})

test('one attempt that does not open keeps no other from being wiped', async (t) => {
  const world = await connectWorld(t)
  await asked(world)
  const [first] = await world
    .rows('connect_attempts')
    .then((rows) => rows.filter((row) => row.pending !== null))
  assert.ok(first)
  // Of another row: it opens under no other id.
  const broken = { ...first, id: 'broken', state_digest: 'broken', expires_at: first.expires_at - 1 }
  await world.app.db.write((tx) => tx.insertInto('connect_attempts').values(broken).execute())
  world.clock.advance(10 * 60_000)
  assert.equal(await sweepAbandoned(world.app, 10), 1)
  const left = (await world.rows('connect_attempts')).filter((row) => row.pending !== null)
  assert.deepEqual(
    left.map(({ id }) => id),
    ['broken'],
  )
  assert.match(world.logged(), /an abandoned attempt does not open/)
})

test('what is not wanted is ended at the provider, but never what another account lives on', async (t) => {
  const world = await connectWorld(t)
  const first = await asked(world)
  await say(world, first.location, first.cookie, 'again')
  assert.equal((await world.rows('revocations')).length, 1)
  const second = await asked(world)
  await say(world, second.location, second.cookie, 'separate')
  const third = await asked(world)
  await say(world, third.location, third.cookie, 'again')
  assert.equal((await world.rows('revocations')).length, 1, 'Grace has an account by now')
})

test('what is not wanted is left alone while nobody knows whose an account of the app is', async (t) => {
  const world = await connectWorld(t)
  const first = await asked(world)
  const { id, ...rest } = (await world.rows('accounts'))[0]!
  // As accounts are that were connected before identities were kept.
  const unknown = { ...rest, id: `${id}x`, identity_digest: null }
  await world.app.db.write((tx) => tx.insertInto('accounts').values(unknown).execute())
  await say(world, first.location, first.cookie, 'again')
  assert.deepEqual(await world.rows('revocations'), [])
})

const sitesWorld = (t: TestContext) =>
  namedWorld(
    t,
    {
      lookups: [
        {
          name: 'site',
          method: 'GET',
          url: 'https://idp.test/sites',
          list: 'sites',
          value: 'id',
          label: 'name',
          also: { site_name: 'name' },
          choose: 'single_or_ask',
        },
      ],
    },
    {
      custom_fields: [
        { name: 'site', label: 'Site', source: 'lookup' },
        { name: 'site_name', source: 'lookup', required: false },
      ],
    },
  )

test('E1: one of several is chosen, what was not offered is refused, and the frame sees it end', async (t) => {
  const world = await sitesWorld(t)
  world.answers['/sites'] = (_request, response) =>
    reply(response, 200, {
      sites: [
        { id: 's1', name: 'First <b>site</b>' },
        { id: 's2', name: 'Second' },
      ],
    })
  const token = await world.token()
  const created = (await (
    await world.postJson('/connect/attempts', { token, app: 'double' })
  ).json()) as Record<string, string>
  const start = await world.request(created['start_url'] ?? '', {
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? ''
  const cookie = (start.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const answer = await world.callback({ code: 'c', state }, cookie)
  const location = answer.headers.get('location') ?? ''
  assert.match(location, /\/connect\/choices\//)
  const stands = async () =>
    (await (await world.request(`/connect/attempts/${created['handle']}`)).json()) as Record<string, string>
  assert.equal((await stands())['status'], 'started')
  const text = await (await world.request(location, { headers: { cookie } })).text()
  assert.match(text, /First &lt;b&gt;site&lt;\/b&gt;/)
  assert.match(text, /type="radio" name="answer" value="s2"/)
  assert.equal((await say(world, location, cookie, 's3', 'site')).status, 400)
  assert.deepEqual(await world.rows('accounts'), [])
  const done = await say(world, location, cookie, 's2', 'site')
  assert.match(done.headers.get('location') ?? '', /\/connect\/results\//)
  assert.equal((await stands())['status'], 'done')
  const wire = await world.app.db.read.selectFrom('accounts').select('id').executeTakeFirstOrThrow()
  assert.equal((await stands())['account_id'], wire.id)
})
