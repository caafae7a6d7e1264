import { test } from 'node:test'
import assert from 'node:assert/strict'
import { expiryOf } from './token-lifetime.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const TEN_YEARS_MS = 315_360_000_000

test('G8-158 every way to write a lifetime is read and clamped', () => {
  const cases: [unknown, number | null][] = [
    [3600, 3600_000],
    ['3600', 3600_000],
    [3600.5, 3600_500],
    ['3600.5', 3600_500],
    [0, 0],
    [-5, 0],
    [1e12, TEN_YEARS_MS],
    // A point in time, where a life belongs.
    [now / 1000 + 604_800, 604_800_000],
    [String(now / 1000 - 60), 0],
    // Fifty years, and as long as an integer can say: for ever.
    [1_576_800_000, TEN_YEARS_MS],
    [2_147_483_647, TEN_YEARS_MS],
    ['99999999999999999999', TEN_YEARS_MS],
    [null, null],
    [undefined, null],
    ['never', null],
    ['', null],
    [true, null],
    [{}, null],
  ]
  for (const [expires_in, lifetime] of cases) {
    assert.equal(
      expiryOf(expires_in, 's', now),
      lifetime === null ? null : now + lifetime,
      JSON.stringify(expires_in),
    )
  }
})

test('D5 lifetimes in milliseconds, as an epoch, or as a date', () => {
  assert.equal(expiryOf(60_000, 'ms', now), now + 60_000)
  assert.equal(expiryOf(now / 1000 + 90, 'epoch_s', now), now + 90_000)
  assert.equal(expiryOf(String(now / 1000 + 90), 'epoch_s', now), now + 90_000)
  assert.equal(expiryOf(now + 90_000, 'epoch_s', now), now + 90_000)
  assert.equal(expiryOf(5, 'epoch_s', now), now)
  assert.equal(expiryOf('2026-11-22T13:00:00Z', 'iso', now), now + 3_600_000)
  assert.equal(expiryOf('soon', 'iso', now), null)
  assert.equal(expiryOf(5, 'iso', now), null)
})
