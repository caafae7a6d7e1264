/** One flight per account. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RefreshFlights } from './refresh-flights.ts'

test('callers of one account share a flight, those of another do not; afterwards there is a new one', async () => {
  const flights = new RefreshFlights()
  const landing: (() => void)[] = []
  let started = 0
  const start = () => {
    started += 1
    return new Promise<void>((resolve) => landing.push(resolve))
  }
  const joined = Array.from({ length: 100 }, () => flights.join('a', start))
  const other = flights.join('b', start)
  assert.equal(started, 2)
  for (const land of landing) land()
  await Promise.all([...joined, other])
  const again = flights.join('a', start)
  assert.equal(started, 3)
  landing[2]!()
  await again
})

test('a flight that fails fails for all who share it, and for nobody after', async () => {
  const flights = new RefreshFlights()
  const both = [1, 2].map(() => flights.join('a', () => Promise.reject(new Error('down'))))
  for (const { status } of await Promise.allSettled(both)) assert.equal(status, 'rejected')
  await flights.join('a', async () => {})
})

test('landed waits for all of them, whatever becomes of them', async () => {
  const flights = new RefreshFlights()
  let land = () => {}
  const failing = flights.join('a', () => Promise.reject(new Error('down')))
  void flights.join('b', () => new Promise((resolve) => (land = resolve)))
  let landed = false
  const waiting = flights.landed().then(() => (landed = true))
  await assert.rejects(failing)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(landed, false)
  land()
  await waiting
  await new RefreshFlights().landed()
})
