/** Leases that are renewed, and those that are not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LeaseWatch } from './lease-watch.ts'

test('a lease is abandoned when nobody has renewed it for as long as two renewals take', () => {
  let now = 0
  const leases = new LeaseWatch(() => now)
  assert.equal(leases.isAbandoned('a', 1), false)
  now = 24_999
  assert.equal(leases.isAbandoned('a', 1), false)
  assert.equal(leases.isAbandoned('a', 2), false, 'renewed')
  now = 49_998
  assert.equal(leases.isAbandoned('a', 2), false)
  assert.equal(leases.isAbandoned('b', 2), false, 'another attempt')
  now = 49_999
  assert.equal(leases.isAbandoned('a', 2), true)
})

test('it does not remember without end', () => {
  let now = 0
  const leases = new LeaseWatch(() => now)
  for (let i = 0; i <= 1_000; i += 1) leases.isAbandoned(`attempt-${i}`, 1)
  now = 25_000
  assert.equal(leases.isAbandoned('attempt-1000', 1), true)
  assert.equal(leases.isAbandoned('attempt-0', 1), false)
})
