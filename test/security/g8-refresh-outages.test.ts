/** G8: a provider that is down, busy or hangs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertStatus, jsonOf } from './answers.ts'
import { within } from './harness.ts'
import { accountOf, HOUR, openRefreshWorld, type RefreshWorld } from './refresh-world.ts'

const isUnderWay = (world: RefreshWorld, id: string) =>
  within(5_000, async () => (await world.row(id)).refresh_attempt !== null)

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
