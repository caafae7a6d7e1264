/** The frame and its popup: two browsing contexts that share nothing but the server. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld, departure, type World } from '../../test/connect-world.ts'

interface Created {
  handle: string
  start_url: string
}

const ownPage = { 'sec-fetch-site': 'same-origin' }

async function create(world: World, token: string): Promise<Created> {
  const answer = await world.postJson('/connect/attempts', { token, app: 'double' })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('set-cookie'), null, 'the frame has no cookie')
  return (await answer.json()) as Created
}

const stands = async (world: World, handle: string) =>
  (await (await world.request(`/connect/attempts/${handle}`)).json()) as Record<string, string>

test('the frame asks, the popup goes, and the result page closes itself', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ success_redirect_uri: 'https://app.test/done' })
  const { handle, start_url } = await create(world, token)
  assert.equal(start_url, `${world.url}/connect/attempts/${handle}/start`)
  assert.match(handle, /^[\w-]{43}$/)
  assert.deepEqual(await stands(world, handle), { status: 'open' })
  const { state, cookie } = departure(await world.request(start_url, { headers: ownPage }))
  assert.deepEqual(await stands(world, handle), { status: 'started' })
  const answer = await world.callback({ code: 'c', state }, cookie)
  const location = answer.headers.get('location') ?? ''
  assert.match(location, /\/connect\/results\//, 'a popup stays here, the frame tells the developer’s page')
  assert.ok(!location.includes(handle))
  const result = await world.request(location, { headers: { cookie } })
  assert.match(await result.text(), /data-closes="true"/)
  assert.match(result.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
  const [account] = await world.rows('accounts')
  assert.deepEqual(await stands(world, handle), {
    status: 'done',
    account_id: account?.id,
    account_name: 'ada@double.test',
  })
  assert.ok(!world.logged().includes(handle), 'the handle is not in the log')
  assert.ok(!JSON.stringify(await world.rows('connect_attempts')).includes(handle))
})

test('the first browser has the attempt, also when it comes again; a second one is refused', async (t) => {
  const world = await connectWorld(t)
  const { start_url } = await create(world, await world.token())
  const first = departure(await world.request(start_url, { headers: ownPage }))
  const again = await world.request(start_url, { headers: { ...ownPage, cookie: first.cookie } })
  assert.equal(again.headers.get('location'), first.authorize.href)
  assert.equal(again.headers.get('set-cookie'), null)
  const second = await world.request(start_url, { headers: ownPage })
  assert.equal(second.status, 400)
  assert.match(await second.text(), /<code>attempt_taken<\/code>/)
  assert.equal(second.headers.get('set-cookie'), null)

  const { start_url: contested } = await create(world, await world.token())
  const race = await Promise.all([1, 2, 3].map(() => world.request(contested, { headers: ownPage })))
  assert.deepEqual(race.map((answer) => String(answer.status)).toSorted(), ['303', '400', '400'])
})

test('a start address that somebody else opens asks first, and names who asks', async (t) => {
  const world = await connectWorld(t)
  const { handle, start_url } = await create(world, await world.token())
  for (const site of ['cross-site', 'same-site', 'none', undefined]) {
    const headers: Record<string, string> = site === undefined ? {} : { 'sec-fetch-site': site }
    const answer = await world.request(start_url, { headers })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('set-cookie'), null)
    const text = await answer.text()
    assert.match(text, /<strong>My project<\/strong> asks to connect your Double account/)
    assert.doesNotMatch(text, /state=|code_challenge/)
  }
  assert.deepEqual(await stands(world, handle), { status: 'open' }, 'asking starts nothing')
  const path = `/connect/attempts/${handle}/start`
  assert.equal((await world.postForm(path, {}, { origin: 'https://evil.test' })).status, 403)
  const confirmed = departure(await world.postForm(path, {}))
  await world.callback({ code: 'c', state: confirmed.state }, confirmed.cookie)
  assert.equal((await stands(world, handle))['status'], 'done')
})

test('G6-123, G6-125: refusal and expiry reach the frame, and cost nothing', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ error_redirect_uri: 'https://app.test/error' })
  const refused = await create(world, token)
  const { state, cookie } = departure(await world.request(refused.start_url, { headers: ownPage }))
  await world.callback({ error: 'access_denied', state }, cookie)
  const { next_step: nextStep, ...told } = await stands(world, refused.handle)
  assert.ok(nextStep)
  assert.deepEqual(told, {
    status: 'failed',
    error_code: 'user_refused',
    error: 'Not connected: Access was declined at the provider.',
  })
  const closed = await create(world, token)
  world.clock.advance(10 * 60_000)
  assert.equal((await stands(world, closed.handle))['error_code'], 'attempt_expired')
  const late = await world.request(closed.start_url, { headers: ownPage })
  assert.equal(late.status, 400)
  assert.deepEqual(await world.rows('accounts'), [])
  assert.equal((await world.page(token)).status, 200)
})

test('handles are not guessed, and only our own page makes attempts', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const { handle } = await create(world, token)
  const [attempt] = await world.rows('connect_attempts')
  for (const wrong of [attempt?.id ?? '', handle.slice(1), 'x'.repeat(43)]) {
    assert.equal((await world.request(`/connect/attempts/${wrong}`)).status, 404)
    assert.equal((await world.request(`/connect/attempts/${wrong}/start`, { headers: ownPage })).status, 404)
  }
  for (const origin of ['https://evil.test', 'null']) {
    const answer = await world.postJson('/connect/attempts', { token, app: 'double' }, { origin })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
  }
  const noOrigin = await world.postJson('/connect/attempts', { token, app: 'double' }, {})
  assert.equal(noOrigin.status, 403)
  assert.equal((await world.rows('connect_attempts')).length, 1)
})

test('attempts that are over are swept, those that are not stay', async (t) => {
  const { sweepAttempts } = await import('./sweep.ts')
  const world = await connectWorld(t)
  const token = await world.token()
  await create(world, token)
  await create(world, token)
  world.clock.advance(15 * 60_000)
  await create(world, token)
  assert.equal(await sweepAttempts(world.app, 10), 0, 'a result can still be asked for')
  world.clock.advance(6 * 60_000)
  assert.equal(await sweepAttempts(world.app, 1), 1)
  assert.equal(await sweepAttempts(world.app, 10), 1)
  assert.equal((await world.rows('connect_attempts')).length, 1)
})
