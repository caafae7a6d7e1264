/** G8: refresh, as a caller sees it over HTTP and as the provider counts it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { updateOAuthApp } from '../../src/oauth-apps/update-oauth-app.ts'
import { testDatabases } from '../databases.ts'
import { assertStatus, jsonOf, send } from './answers.ts'
import { openWorld, operator, within } from './harness.ts'
import { openRefreshWorld, type ReadAccount, type RefreshWorld } from './refresh-world.ts'
import { comeBack, consent, depart } from './sandbox-flow.ts'

const HOUR = 3_600_000
const accountOf = (answer: Awaited<ReturnType<RefreshWorld['read']>>) => {
  assertStatus(answer, 200)
  return jsonOf<ReadAccount>(answer)
}
const isUnderWay = (world: RefreshWorld, id: string) =>
  within(5_000, async () => (await world.row(id)).refresh_attempt !== null)

for (const { name: database } of testDatabases) {
  test(`G8-144 one process, one refresh, for 500 readers at once and a pool of 5 (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database, env: { HEADGATE_POOL_SIZE: '5' } })
    const { provider } = world
    const id = await world.connect()
    await world.read(id)
    world.clock.advance(HOUR)
    const plain = provider.answer
    provider.answer = async (request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await plain(request, response)
    }
    const answers = await Promise.all(Array.from({ length: 500 }, () => world.read(id)))
    const tokens = new Set(answers.map((answer) => accountOf(answer).credentials?.oauth_access_token))
    assert.equal(tokens.size, 1)
    assert.equal(provider.refreshes, 1)
    assert.equal(provider.requests.length, 1)
    assert.ok(!tokens.has(undefined) && !tokens.has('canary-access-token-1'))
    assert.equal((await world.row(id)).generation, 2)
  })

  test(`G8-144 the same with the sandbox's own provider, which ends a grant whose token comes twice (${database})`, async (t) => {
    const world = await openWorld(t, { database, env: { HEADGATE_POOL_SIZE: '5' } })
    const { app, p1, address } = world
    const departure = await depart(
      world,
      await world.connectToken({ environment: 'development', user: 'u-144' }),
    )
    const back = await consent(world, departure)
    assertStatus(await comeBack(world, departure, Object.fromEntries(back.searchParams)), 303)
    const { id } = await app.db.read
      .selectFrom('accounts')
      .select('id')
      .where('external_id', '=', 'u-144')
      .executeTakeFirstOrThrow()
    await send(address, 'PUT', '/sandbox/settings', { body: { delay_ms: 300 } })
    const stats = async () =>
      jsonOf<{ refreshes: number; refused: number; grants: { revoked: boolean }[] }>(
        await send(address, 'GET', '/sandbox/stats'),
      )
    for (const round of [1, 2, 3]) {
      world.clock.advance(60_000)
      const token = await world.token()
      const path = `/v1/connect/${p1}/accounts/${id}?include_credentials=true`
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => send(address, 'GET', path, { token, environment: 'development' })),
      )
      for (const answer of answers) assertStatus(answer, 200)
      assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
      const { refreshes, refused, grants } = await stats()
      assert.deepEqual([refreshes, refused, grants.map(({ revoked }) => revoked)], [round, 0, [false]])
    }
  })

  test(`G8-145 two processes, five rounds of 200 readers, one refresh each (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database, env: { HEADGATE_POOL_SIZE: '5' } })
    const { provider } = world
    const second = await world.secondProcess()
    const id = await world.connect()
    const plain = provider.answer
    provider.answer = async (request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      await plain(request, response)
    }
    for (let round = 1; round <= 5; round += 1) {
      world.clock.advance(HOUR)
      await Promise.all([world.address, second.address].map((address) => world.token({ address })))
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) => world.read(id, i % 2 ? second.address : world.address)),
      )
      const tokens = new Set(answers.map((answer) => accountOf(answer).credentials?.oauth_access_token))
      assert.equal(tokens.size, 1)
      assert.deepEqual([provider.refreshes, provider.requests.length], [round, round])
    }
    assert.equal((await world.row(id)).generation, 6)
  })
}

test('G8-146 a slow provider: the other process waits for it, longer than any retry of its own', async (t) => {
  const world = await openRefreshWorld(t, { database: 'postgres', env: { HEADGATE_POOL_SIZE: '5' } })
  const { provider } = world
  const second = await world.secondProcess()
  const id = await world.connect()
  world.clock.advance(HOUR)
  const plain = provider.answer
  provider.answer = async (request, response) => {
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    await plain(request, response)
  }
  const first = world.read(id)
  await isUnderWay(world, id)
  const answers = await Promise.all([
    first,
    ...Array.from({ length: 100 }, () => world.read(id, second.address)),
  ])
  for (const answer of answers) accountOf(answer)
  assert.equal(provider.requests.length, 1)
})

test('G8-152 a true invalid_grant: unhealthy, said why, one call per back-off window, credentials kept', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider } = world
  const id = await world.connect()
  world.clock.advance(HOUR)
  const before = await world.row(id)
  provider.answer = (_request, response) => provider.json(response, 400, { error: 'invalid_grant' })
  for (let i = 0; i < 20; i += 1) {
    const account = accountOf(await world.read(id))
    assert.deepEqual([account.healthy, account.dead, account.credentials], [false, false, undefined])
    assert.match(account.error ?? '', /invalid_grant/)
  }
  assert.equal(provider.requests.length, 1)
  world.clock.advance(75_000)
  await Promise.all(Array.from({ length: 20 }, () => world.read(id)))
  assert.equal(provider.requests.length, 2)
  const after = await world.row(id)
  const kept = ['generation', 'sealed', 'data_key', 'previous_sealed', 'expires_at', 'dead_at'] as const
  for (const column of kept) assert.equal(after[column], before[column], column)
  assert.equal(after.refresh_attempt, null)
})

test('G8-153 dead after three refusals over a day; no more calls; a reconnect revives the same id', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider } = world
  const id = await world.connect()
  const plain = provider.answer
  provider.answer = (_request, response) => provider.json(response, 400, { error: 'invalid_grant' })
  world.clock.advance(HOUR)
  const seen: boolean[] = []
  for (let hours = 0; hours <= 45; hours += 1) {
    seen.push(accountOf(await world.read(id)).dead)
    world.clock.advance(HOUR)
  }
  // Refused from the first hour on, so not dead before the twenty-fifth.
  const death = seen.indexOf(true)
  assert.ok(death >= 24 && death <= 42, `dead after ${death} hours`)
  assert.ok(seen.slice(death).every((dead) => dead))
  const calls = provider.requests.length
  assert.ok(calls >= 3 && calls <= 8, `${calls} calls`)
  world.clock.advance(90 * 24 * HOUR)
  const { credentials, healthy, next_refresh_at: next } = accountOf(await world.read(id))
  assert.deepEqual([credentials, healthy, next], [undefined, false, null])
  assert.equal(provider.requests.length, calls)

  provider.answer = plain
  assert.equal(await world.connect({ accountId: id }), id)
  const revived = accountOf(await world.read(id))
  assert.deepEqual([revived.healthy, revived.dead, revived.error], [true, false, null])
  assert.match(revived.credentials?.oauth_access_token ?? '', /^canary-access-token-/)
  world.clock.advance(HOUR)
  accountOf(await world.read(id))
  assert.equal(provider.refreshes, 1)
})

const down: Record<string, (world: RefreshWorld) => void | Promise<void>> = {
  500: ({ provider }) => void (provider.answer = (_r, response) => provider.json(response, 500, {})),
  502: ({ provider }) =>
    void (provider.answer = (_r, response) => void response.writeHead(502).end('<html>Bad gateway</html>')),
  'connection refused': ({ provider }) => provider.shut(),
}
for (const [name, breakIt] of Object.entries(down)) {
  test(`G8-154 provider down (${name}): what is valid is served; then 503; one call per step; then it heals`, async (t) => {
    const world = await openRefreshWorld(t)
    const { provider } = world
    const plain = provider.answer
    const id = await world.connect({ seconds: 300 })
    await breakIt(world)
    const before = await world.row(id)
    // Half a minute before its end it is due, and still good.
    world.clock.advance(270_000)
    const valid = accountOf(await world.read(id))
    assert.equal(valid.credentials?.oauth_access_token, 'canary-access-token-1')
    assert.equal(valid.healthy, true)
    world.clock.advance(30_000)
    const retries: number[] = []
    for (let step = 0; step < 6; step += 1) {
      const answers = await Promise.all(Array.from({ length: 30 }, () => world.read(id)))
      for (const answer of answers) assertStatus(answer, 503)
      assert.equal(jsonOf(answers[0]!)['code'], 'provider_unavailable')
      const retryAfter = Number(answers[0]!.headers.get('retry-after'))
      retries.push(retryAfter)
      world.clock.advance(retryAfter * 1000)
    }
    assert.ok(
      retries.every((seconds, i) => i === 0 || seconds > retries[i - 1]!),
      retries.join(),
    )
    if (name !== 'connection refused') assert.equal(provider.requests.length, 7)
    const after = await world.row(id)
    for (const column of ['generation', 'sealed', 'data_key', 'unhealthy_at', 'outcome_unknown_at'] as const)
      assert.equal(after[column], before[column], column)
    if (name === 'connection refused') await provider.open()
    provider.answer = plain
    assert.equal(accountOf(await world.read(id)).healthy, true)
    assert.equal(provider.refreshes, 1)
    assert.deepEqual([(await world.row(id)).failures, (await world.row(id)).retry_at], [0, null])
  })
}

test('G8-155 Retry-After: nobody calls before it ends, then one does', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider } = world
  const plain = provider.answer
  provider.answer = (_request, response) =>
    provider.json(response, 429, { error: 'rate_limited' }, { 'retry-after': '120' })
  const id = await world.connect()
  world.clock.advance(HOUR)
  for (let seconds = 0; seconds < 120; seconds += 10) {
    const answer = await world.read(id)
    assertStatus(answer, 503)
    assert.equal(Number(answer.headers.get('retry-after')), 120 - seconds)
    world.clock.advance(10_000)
  }
  assert.equal(provider.requests.length, 1)
  provider.answer = plain
  accountOf(await world.read(id))
  assert.equal(provider.requests.length, 2)
})

test('G8-156 a hanging provider: 504 within 30 s, one call, others unaffected, the late answer kept', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider } = world
  const id = await world.connect()
  const other = await world.connect({ user: 'other' })
  world.clock.advance(HOUR)
  const plain = provider.answer
  let answerNow = () => {}
  provider.answer = (request, response) => {
    if (provider.requests.length > 1) return plain(request, response)
    answerNow = () => void plain(request, response)
    return undefined
  }
  const started = performance.now()
  const waiting = Promise.all(Array.from({ length: 20 }, () => world.read(id)))
  await isUnderWay(world, id)
  const before = performance.now()
  accountOf(await world.read(other))
  assert.ok(performance.now() - before < 2_000)
  for (const answer of await waiting) {
    assertStatus(answer, 504)
    assert.equal(jsonOf(answer)['code'], 'refresh_timeout')
  }
  const took = performance.now() - started
  assert.ok(took > 25_000 && took < 35_000, `${took} ms`)
  assert.equal(provider.requests.length, 2)
  assert.notEqual((await world.row(id)).refresh_attempt, null)
  // The callers are gone; the call is not.
  answerNow()
  await within(5_000, async () => (await world.row(id)).generation === 2)
  accountOf(await world.read(id))
  assert.equal(provider.requests.length, 2)
})

const CUT = '{"access_token":"canary-cut'
const garbage: Record<string, { body: string | Buffer; permanent?: true; type?: string }> = {
  'a page of HTML': { body: '<html><body>Welcome</body></html>', type: 'text/html' },
  'cut JSON': { body: CUT },
  '50 MB': { body: Buffer.alloc(50_000_000, ' ') },
  'an empty object': { body: '{}' },
  'a number for a token': { body: '{"access_token":5}' },
  'a token with a line break': { body: '{"access_token":"canary\\r\\nx-evil: 1"}' },
  'an error inside success': { body: '{"error":"invalid_grant"}', permanent: true },
}
for (const [name, { body, permanent, type = 'application/json' }] of Object.entries(garbage)) {
  test(`G8-157 garbage: ${name}`, async (t) => {
    const world = await openRefreshWorld(t, { replays: 'allowed' })
    const { provider } = world
    const id = await world.connect()
    world.clock.advance(HOUR)
    const before = await world.row(id)
    provider.answer = (_request, response) => {
      response.on('error', () => {})
      response.writeHead(200, { 'content-type': type }).end(body)
    }
    const answer = await world.read(id)
    const after = await world.row(id)
    for (const column of ['generation', 'sealed', 'previous_sealed', 'kind'] as const)
      assert.equal(after[column], before[column], column)
    assert.deepEqual([after.failures, after.refresh_attempt], [1, null])
    if (permanent) {
      assert.equal(accountOf(answer).healthy, false)
      assert.equal(after.outcome_unknown_at, null)
    } else {
      // The provider may have spent the refresh token for it.
      assertStatus(answer, 503)
      assert.equal(after.unhealthy_at, null)
      assert.notEqual(after.outcome_unknown_at, null)
    }
    assert.ok(!answer.text.includes('canary'), answer.text)
    assert.ok(!world.logged().includes('canary'))
    assert.equal(provider.requests.length, 1)
  })
}

const YEARS = 10 * 365 * 24 * HOUR
/** expires_in -> milliseconds from now; null: not known. */
const lifetimes: [unknown, number | null][] = [
  [3600, HOUR],
  ['3600', HOUR],
  [3600.5, 3_600_500],
  [0, 0],
  [-5, 0],
  [1e12, YEARS],
  [undefined, null],
  [null, null],
  ['soon', null],
  [true, null],
]
for (const [expiresIn, life] of lifetimes) {
  test(`G8-158 expires_in ${JSON.stringify(expiresIn) ?? 'absent'}`, async (t) => {
    const world = await openRefreshWorld(t)
    const { provider } = world
    const id = await world.connect()
    world.clock.advance(HOUR)
    provider.answer = (request, response) =>
      provider.json(response, 200, { ...provider.rotate(request), expires_in: expiresIn })
    const { expires_at: expires, next_refresh_at: next, credentials } = accountOf(await world.read(id))
    assert.equal(expires, life === null ? null : new Date(world.clock.now() + life).toISOString())
    assert.equal(next === null, life === null)
    assert.match(credentials?.oauth_access_token ?? '', /^canary-access-token-2$/)
    if (life !== null) return
    // No end, no timed refresh.
    world.clock.advance(30 * 24 * HOUR)
    accountOf(await world.read(id))
    assert.equal(provider.requests.length, 1)
  })
}

test('G8-159 refreshed once before the end, and the new end is what the caller gets', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider } = world
  const id = await world.connect()
  world.clock.advance(HOUR - 60_000)
  const first = accountOf(await world.read(id))
  assert.equal(first.expires_at, new Date(world.clock.now() + HOUR).toISOString())
  assert.equal(first.last_refreshed_at, new Date(world.clock.now()).toISOString())
  assert.equal(first.credentials?.oauth_access_token, 'canary-access-token-2')
  for (let i = 0; i < 10; i += 1) accountOf(await world.read(id))
  assert.equal(provider.requests.length, 1)
})

for (const minutes of [-10, 10]) {
  test(`G8-160 a provider whose clock is ${minutes} minutes off: ours counts`, async (t) => {
    const world = await openRefreshWorld(t)
    const { provider, clock } = world
    const id = await world.connect()
    clock.advance(HOUR)
    provider.answer = (request, response) =>
      provider.json(response, 200, provider.rotate(request), {
        date: new Date(clock.now() + minutes * 60_000).toUTCString(),
      })
    const { expires_at: expires } = accountOf(await world.read(id))
    assert.equal(expires, new Date(clock.now() + HOUR).toISOString())
  })
}

for (const { name: database } of testDatabases) {
  test(`G8-162 a reconnect during a refresh wins, and the late answer is dropped (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider } = world
    const id = await world.connect()
    world.clock.advance(HOUR)
    const plain = provider.answer
    let answerNow = () => {}
    provider.answer = (request, response) => void (answerNow = () => void plain(request, response))
    const reading = world.read(id)
    await within(5_000, async () => provider.requests.length === 1)
    assert.equal(await world.connect({ accountId: id }), id)
    const reconnected = await world.row(id)
    answerNow()
    const account = accountOf(await reading)
    await world.app.refreshFlights.landed()
    assert.equal(account.credentials?.oauth_access_token, 'canary-access-token-2')
    const { sealed, generation } = await world.row(id)
    assert.deepEqual([sealed, generation], [reconnected.sealed, 2])
    assert.deepEqual(await world.app.journal.pending(), [])
    // And it is whole: the reconnected grant refreshes.
    world.clock.advance(HOUR)
    provider.answer = plain
    accountOf(await world.read(id))
    assert.equal((await world.row(id)).generation, 3)
  })

  test(`G8-163 a deletion during a refresh: 204, and nothing comes back (${database})`, async (t) => {
    const world = await openRefreshWorld(t, { database })
    const { provider, p1 } = world
    const id = await world.connect()
    world.clock.advance(HOUR)
    const plain = provider.answer
    let answerNow = () => {}
    provider.answer = (request, response) => void (answerNow = () => void plain(request, response))
    const reading = world.read(id)
    await within(5_000, async () => provider.requests.length === 1)
    const token = await world.token()
    const deleted = await send(world.address, 'DELETE', `/v1/connect/${p1}/accounts/${id}`, {
      token,
      environment: 'production',
    })
    assertStatus(deleted, 204)
    const before = await world.state()
    answerNow()
    assertStatus(await reading, 404)
    await world.app.refreshFlights.landed()
    const after = await world.state()
    for (const table of ['accounts', 'credentials', 'counters', 'external_users'])
      assert.deepEqual(after.get(table), before.get(table), table)
    assert.deepEqual(await world.app.journal.pending(), [])
  })
}

test('G8-166 the OAuth app’s secret changes: the next attempt uses it, nobody is dead of invalid_client', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider, app, env } = world
  const id = await world.connect()
  const plain = provider.answer
  const wanted = `Basic ${Buffer.from('strict-client:the-new-secret').toString('base64')}`
  provider.answer = (request, response) =>
    request.headers.authorization === wanted
      ? plain(request, response)
      : provider.json(response, 401, { error: 'invalid_client' })
  world.clock.advance(HOUR)
  for (let days = 0; days < 5; days += 1) {
    const account = accountOf(await world.read(id))
    assert.deepEqual([account.healthy, account.dead], [false, false])
    assert.match(account.error ?? '', /invalid_client/)
    world.clock.advance(26 * HOUR)
  }
  await updateOAuthApp(app, env, world.strictOAuthAppId, { client_secret: 'the-new-secret' }, operator)
  const account = accountOf(await world.read(id))
  assert.deepEqual([account.healthy, account.dead, account.error], [true, false, null])
  assert.equal(provider.refreshes, 1)
  assert.ok(!world.logged().includes('the-new-secret'))
})
