/** Signatures under a shared secret. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { isHmacSha256Hex } from './hmac.ts'

test('the right signature in either letter case, and nothing else', () => {
  const signature = createHmac('sha256', 'key').update('text').digest('hex')
  assert.equal(isHmacSha256Hex('key', 'text', signature), true)
  assert.equal(isHmacSha256Hex('key', 'text', signature.toUpperCase()), true)
  for (const [key, text, given] of [
    ['other', 'text', signature],
    ['key', 'other', signature],
    ['key', 'text', signature.slice(0, -1)],
    ['key', 'text', ''],
    ['key', 'text', `${signature}00`],
  ] as const)
    assert.equal(isHmacSha256Hex(key, text, given), false)
})
