/** How fast background refreshes may start. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RefreshPace } from './refresh-pace.ts'

const takeAll = (pace: RefreshPace, provider: string) => {
  let taken = 0
  while (pace.take(provider)) taken += 1
  return taken
}

test('one provider gets half of the places, the others the rest', () => {
  const pace = new RefreshPace({ concurrency: 8, ratePerSecond: 1000 }, () => 0)
  assert.deepEqual([takeAll(pace, 'a'), takeAll(pace, 'b'), takeAll(pace, 'c')], [4, 4, 0])
  pace.giveBack('a')
  assert.deepEqual([takeAll(pace, 'c'), takeAll(pace, 'a')], [1, 0])
})

test('within any stretch of time no more than its rate starts at a provider', () => {
  let now = 0
  const pace = new RefreshPace({ concurrency: 1000, ratePerSecond: 50 }, () => now)
  let started = 0
  for (; now < 10_000; now += 100) {
    const taken = takeAll(pace, 'a')
    for (let i = 0; i < taken; i += 1) pace.giveBack('a')
    started += taken
  }
  assert.ok(started > 490 && started <= 525, `${started}`)
  now += 3600_000
  assert.equal(takeAll(pace, 'a'), 25)
})
