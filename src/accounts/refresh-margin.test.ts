/** When a token is refreshed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextRefreshAt } from './refresh-margin.ts'

const NOW = 1_795_000_000_000
/** Life in seconds -> seconds before its end. */
const margins: [number, number][] = [
  [30 * 24 * 3600, 300],
  [3600, 300],
  [3000, 300],
  [600, 60],
  [60, 6],
  [50, 5],
  [30, 5],
  [10, 5],
  // Never more than half of its life, or it would be due the moment it came.
  [6, 3],
  [1, 0.5],
  [0, 0],
]
for (const [life, margin] of margins)
  test(`a life of ${life} s is renewed ${margin} s before its end`, () =>
    assert.equal(nextRefreshAt(NOW + life * 1000, NOW), NOW + (life - margin) * 1000))

test('an end that is not known is never due', () => assert.equal(nextRefreshAt(null, NOW), null))
test('an end before the beginning is due at once, not in the past of it', () =>
  assert.equal(nextRefreshAt(NOW - 5000, NOW), NOW - 5000))
