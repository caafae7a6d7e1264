/** When a revocation that failed is tried again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextAttemptAt } from './revocation-retry.ts'

const HOUR = 3_600_000

test('the waits grow, an outage is asked again within seconds at first, and a day later nobody is', () => {
  let now = 0
  const waits: number[] = []
  for (let attempts = 1; attempts < 100; attempts += 1) {
    const next = nextAttemptAt({ attempts, created_at: 0 }, undefined, now, 0)
    if (next === undefined) break
    waits.push(next - now)
    now = next
  }
  assert.equal(waits[0], 10_000)
  assert.deepEqual(
    waits.slice(0, 8),
    waits.slice(0, 8).toSorted((a, b) => a - b),
  )
  assert.equal(now, 24 * HOUR, 'the last attempt is at the end of the day')
  assert.ok(waits.length >= 10 && waits.length <= 20, `${waits.length} attempts`)
})

test('Retry-After is obeyed where it is longer, but never beyond the day; jitter only adds', () => {
  const row = { attempts: 1, created_at: 0 }
  assert.equal(nextAttemptAt(row, 120, 0, 0), 120_000)
  assert.equal(nextAttemptAt(row, 1, 0, 0), 10_000)
  assert.equal(nextAttemptAt(row, 10 * 24 * 3600, 0, 0), 24 * HOUR)
  assert.equal(nextAttemptAt(row, undefined, 0, 0.5), 11_000)
})
