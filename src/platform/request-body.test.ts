/** Bodies. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequest } from './errors.ts'
import { readFormBody, readJsonBody } from './request-body.ts'

const refused = { name: 'BadRequest', status: 400 }

test('an empty body is none', () => assert.equal(readJsonBody(Buffer.alloc(0)), undefined))

test('what is not UTF-8 is refused, not repaired', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc3, 0x28, 0x22],
    [0xef, 0xbb, 0xbf, 0x7b, 0x7d],
  ])
    assert.throws(() => readJsonBody(Buffer.from(bytes)), refused)
  assert.throws(() => readFormBody(Buffer.from([0x61, 0x3d, 0xff])), BadRequest)
})

test('a form: decoded, and no field twice', () => {
  assert.deepEqual(readFormBody(Buffer.from('a=1&b=c+d%26&e=')), { a: '1', b: 'c d&', e: '' })
  assert.throws(() => readFormBody(Buffer.from('a=1&a=2')), refused)
  assert.throws(() => readFormBody(Buffer.from('a=1&%61=1')), refused)
})
