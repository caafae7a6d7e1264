/** Which key rings are taken, and that the refusal of the others never shows a key. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { BadKeyRing, newKeyRingText, parseKeyRing } from './key-ring.ts'

const key = (bytes = 32) => randomBytes(bytes).toString('base64')

test('one key by line or by comma, comments aside, in order', () => {
  const [a, b] = [key(), key()]
  const ring = parseKeyRing(`# newest first\n second:${b} \n\nfirst:${a.replace(/=+$/, '')}\n`)
  assert.deepEqual(
    ring.map(({ id }) => id),
    ['second', 'first'],
  )
  assert.equal(ring[0].key.export().toString('base64'), b)
  assert.equal(ring[1]!.key.export().toString('base64'), a)
  assert.equal(parseKeyRing(`x:${a},y:${b}`).length, 2)
})

test('a new ring is one key that parses, each time another', () => {
  const [one, two] = [newKeyRingText(), newKeyRingText()]
  assert.notEqual(one, two)
  assert.match(parseKeyRing(one)[0].id, /^k[0-9a-f]{8}$/)
})

const bad: Record<string, string> = {
  'no key': '\n# nothing\n',
  'the same id twice': `a:${key()},a:${key()}`,
  'no id': `:${key()}`,
  'a key without an id': key(),
  'an id in capitals': `KEY:${key()}`,
  'an id with a dot, which separates the parts of an envelope': `a.b:${key()}`,
  '31 bytes': `a:${key(31)}`,
  '33 bytes': `a:${key(33)}`,
  hexadecimal: `a:${randomBytes(32).toString('hex')}`,
  'base64 with foreign characters': `a:${key().slice(0, 20)}!!${key().slice(20)}`,
  'a word': 'a:changeme',
  nothing: 'a:',
}
for (const [name, text] of Object.entries(bad)) {
  test(`refused without showing it: ${name}`, () => {
    assert.throws(
      () => parseKeyRing(text),
      (error: Error) => {
        assert.ok(error instanceof BadKeyRing)
        for (const part of text.split(/[\n,:]/).filter((one) => one.length > 3 && !one.startsWith('#')))
          assert.ok(!error.message.includes(part), error.message)
        return true
      },
    )
  })
}
