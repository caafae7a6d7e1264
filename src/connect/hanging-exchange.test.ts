/** A provider that never answers; in a file of its own, because it takes its real time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld } from '../../test/connect-world.ts'

test('G7-137: a token endpoint that hangs is given up within twenty seconds', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const { state, cookie } = await world.start(token)
  world.answers['/token'] = () => {}
  const began = performance.now()
  const answer = await world.callback({ code: 'c', state }, cookie)
  assert.ok(performance.now() - began < 20_000)
  const page = await world.request(answer.headers.get('location') ?? '', { headers: { cookie } })
  assert.match(await page.text(), /<code>exchange_failed<\/code>/)
  assert.equal(world.provided('/token').length, 1, 'the code is sent once')
  assert.deepEqual(await world.rows('accounts'), [])
  assert.equal((await world.page(token)).status, 200)
})
