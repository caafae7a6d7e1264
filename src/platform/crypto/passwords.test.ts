/** Password digests. */
import assert from 'node:assert/strict'
import { lookup } from 'node:dns/promises'
import { test } from 'node:test'
import { checkPassword, digestPassword } from './passwords.ts'

test('argon2id with the stated cost, and a salt of its own each time', async () => {
  const [one, two] = await Promise.all([digestPassword('a long password'), digestPassword('a long password')])
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(one, two)
  assert.ok(!one.includes('a long password'))
  assert.equal(await checkPassword(one, 'a long password'), true)
  assert.equal(await checkPassword(one, 'another password'), false)
  assert.equal(await checkPassword(one, ''), false)
})

test('a digest that cannot be read fails, and does not stop those after it', async () => {
  const stored = await digestPassword('right')
  const broken = checkPassword('not a digest', 'right')
  const after = checkPassword(stored, 'right')
  await assert.rejects(broken)
  assert.equal(await after, true)
})

test('a flood leaves threads for others: a look-up does not wait for its end', async () => {
  let done = 0
  const flood = Promise.all(Array.from({ length: 12 }, () => digestPassword('flood').then(() => (done += 1))))
  await lookup('localhost')
  assert.ok(done < 6, `${done} of 12 digests were made before the look-up ended`)
  await flood
})
