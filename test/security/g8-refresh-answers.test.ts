/** G8: answers of a provider that are garbage, or say the life of a token in odd ways. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertStatus } from './answers.ts'
import { accountOf, HOUR, openRefreshWorld } from './refresh-world.ts'

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
