/** Random secrets and their digests. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  codeChallengeOf,
  digest,
  digestHex,
  equalDigests,
  mintHex,
  mintSecret,
  randomBytesPooled,
} from './secrets.ts'

test('the pool never hands out a byte twice, across refills and odd sizes', () => {
  const seen = new Set<string>()
  for (let i = 0; i < 20_000; i += 1) seen.add(randomBytesPooled(12 + (i % 21)).toString('hex'))
  assert.equal(seen.size, 20_000)
})

test('what was handed out is the taker’s own memory', () => {
  const first = randomBytesPooled(32)
  const copy = Buffer.from(first)
  for (let i = 0; i < 1000; i += 1) randomBytesPooled(32)
  assert.deepEqual(first, copy)
})

test('more than the pool holds is served too', () => {
  assert.equal(randomBytesPooled(4096).length, 4096)
  const large = randomBytesPooled(10_000)
  assert.equal(large.length, 10_000)
  assert.ok(new Set(large).size > 200)
})

test('all byte values come, about as often as each other', () => {
  const counts = Array.from({ length: 256 }, () => 0)
  for (let i = 0; i < 4096; i += 1) for (const byte of randomBytesPooled(64)) counts[byte]! += 1
  // 1,024 expected of each; eleven standard deviations either way.
  assert.ok(Math.min(...counts) > 650 && Math.max(...counts) < 1400)
})

test('a secret has 256 bits after its prefix', () => {
  assert.match(mintSecret('hg_'), /^hg_[A-Za-z0-9_-]{43}$/)
  assert.match(mintHex(16), /^[0-9a-f]{32}$/)
  assert.notEqual(mintSecret(''), mintSecret(''))
})

test('digests are SHA-256', () => {
  const expected = (encoding: 'base64url' | 'hex') => createHash('sha256').update('ü text').digest(encoding)
  assert.equal(digest('ü text'), expected('base64url'))
  assert.equal(digestHex('ü text'), expected('hex'))
  // RFC 7636 appendix B.
  assert.equal(
    codeChallengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})

test('comparison: equal, different, longer, empty', () => {
  assert.equal(equalDigests('abc', 'abc'), true)
  assert.equal(equalDigests('abc', 'abd'), false)
  assert.equal(equalDigests('abc', 'abcd'), false)
  assert.equal(equalDigests('', ''), true)
  assert.equal(equalDigests('é', 'e'), false)
})
