/** JSON from strangers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequest } from './errors.ts'
import { parseStrictJson } from './strict-json.ts'

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

const good = [
  'null',
  '0',
  '-1.5e3',
  '""',
  '[]',
  '{}',
  '{"a":{"b":1},"c":{"b":2}}',
  '[{"a":1},{"a":2}]',
  '{"a":"a","b":"a:","c":"\\"a\\":1"}',
  '{"a" :\t1 ,\n"b": [ "a" , "a" ] }',
  '{"text":"{{{[[["}',
  '{"a":"\\ud83d\\ude00"}',
  '{"a":"constructor","b":["__proto__"]}',
  '{"constructor_":1,"proto":2}',
  '1.7976931348623157e308',
  nested(32),
]
for (const text of good)
  test(`taken as JSON.parse takes it: ${text.slice(0, 40)}`, () =>
    assert.deepEqual(parseStrictJson(text), JSON.parse(text)))

const bad: Record<string, string> = {
  'no JSON': '{',
  nothing: '',
  'two values': '{}{}',
  'a comment': '{}//',
  'a trailing comma': '[1,]',
  'a byte order mark': '\ufeff{}',
  'a member twice': '{"a":1,"a":2}',
  'a member twice, the same value': '{"a":1,"b":2,"a":1}',
  'a member twice, one of them escaped': '{"a":1,"\\u0061":2}',
  'a member twice, deep': '{"x":[{"y":{"a":1,"b":{},"a":2}}]}',
  'a member twice after an object between': '{"a":{"z":1},"b":1,"a":{}}',
  'a member twice, space before the colon': '{"a":1,"a"  \n:2}',
  __proto__: '{"__proto__":{"admin":true}}',
  '__proto__, escaped': '{"\\u005f_proto__":1}',
  constructor: '{"a":{"constructor":1}}',
  prototype: '{"prototype":1}',
  'too deep': nested(33),
  'too deep by far, before it is parsed': '['.repeat(1_000_000),
  'too deep, mixed': '{"a":'.repeat(33) + '1' + '}'.repeat(33),
  'a number beyond a double': '{"a":1e309}',
  'a negative number beyond a double': '[-1e400]',
  'half a surrogate pair': '{"a":"\\ud83d"}',
  'half a surrogate pair in a name': '{"\\ude00":1}',
}
for (const [name, text] of Object.entries(bad))
  test(`refused: ${name}`, () => {
    assert.throws(
      () => parseStrictJson(text),
      (error: BadRequest) =>
        error instanceof BadRequest && error.code === 'invalid_json' && error.status === 400,
    )
    assert.equal(({} as { admin?: boolean }).admin, undefined)
  })

test('linear: a megabyte of members, and one of quotes and backslashes, in seconds at most', () => {
  const members = `{${Array.from({ length: 60_000 }, (_, i) => `"member${i}":"\\\\\\""`).join()}}`
  assert.ok(members.length > 1_000_000)
  const started = performance.now()
  parseStrictJson(members)
  assert.throws(() => parseStrictJson(`"${'\\"'.repeat(500_000)}`), BadRequest)
  assert.ok(performance.now() - started < 10_000)
})
