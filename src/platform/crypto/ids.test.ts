/** Identifiers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mintId, mintNumber } from './ids.ts'

test('an id is its prefix and 16 letters or digits, never the same twice', () => {
  const ids = new Set(Array.from({ length: 20_000 }, () => mintId('apn')))
  assert.equal(ids.size, 20_000)
  for (const id of ids) assert.match(id, /^apn_[0-9A-Za-z]{16}$/)
})

test('no letter is favoured', () => {
  const counts = new Map<string, number>()
  for (let i = 0; i < 20_000; i += 1)
    for (const letter of mintId('x').slice(2)) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  assert.equal(counts.size, 62)
  // 5,161 expected of each. With `byte % 62` alone eight letters would come a quarter more often.
  for (const [letter, count] of counts) assert.ok(count > 4700 && count < 5600, `${letter}: ${count}`)
})

test('a number is whole, not negative, and exact in JSON', () => {
  const numbers = Array.from({ length: 10_000 }, mintNumber)
  for (const number of numbers) {
    assert.ok(Number.isSafeInteger(number) && number >= 0)
    assert.equal(JSON.parse(JSON.stringify(number)), number)
  }
  assert.equal(new Set(numbers).size, numbers.length)
  assert.ok(Math.max(...numbers) > 2 ** 51)
})
