/** Checks that our own ISO 8601 is the one that Date writes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isoTime, ManualClock } from './clock.ts'

test('a time is written as Date writes it, on every side of a day, a month, a leap day and a year', () => {
  const edges = [
    0, -1, 1, 951_782_400_000, 1_709_164_800_000, 1_798_761_600_000, 253_402_300_800_000, -62_167_219_200_000,
  ]
  for (const edge of edges) {
    for (const away of [
      -86_400_001, -86_400_000, -3_600_000, -60_000, -1000, -1, 0, 1, 999, 59_999, 3_599_999, 86_399_999,
    ]) {
      assert.equal(isoTime(edge + away), new Date(edge + away).toISOString())
    }
  }
  for (let i = 0; i < 20_000; i += 1) {
    const time = Math.floor(Math.random() * 8e12) - 2e12
    assert.equal(isoTime(time), new Date(time).toISOString())
  }
})

test('null stays null, and what is no time is an error as it is for Date', () => {
  assert.equal(isoTime(null), null)
  for (const wrong of [NaN, Infinity, 9e15]) assert.throws(() => isoTime(wrong), RangeError)
})

test('a clock that is moved by hand stands still otherwise', () => {
  const clock = new ManualClock('2026-11-22T00:00:00.000Z')
  assert.equal(clock.now(), clock.now())
  clock.advance(1500)
  assert.equal(isoTime(clock.now()), '2026-11-22T00:00:01.500Z')
})
