/** Proves the template grammar: what it reads, what it refuses, and that only null is unset. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequest } from '../platform/errors.ts'
import { renderEntries, renderTemplate, templateNames } from './template.ts'

const context = {
  access_token: 'tok',
  custom_fields: { shop: 'acme', region: '', nothing: null, port: 5432, list: [1] },
  answer: { data: [{ id: 7 }], verified: false },
}

test('names, fallbacks and literals are filled in', () => {
  assert.equal(renderTemplate('Bearer {{access_token}}', context), 'Bearer tok')
  assert.equal(renderTemplate('{{ custom_fields.none ?? custom_fields.shop }}', context), 'acme')
  assert.equal(renderTemplate('{{custom_fields.none ?? "us-east-1"}}', context), 'us-east-1')
  assert.equal(renderTemplate('{{answer.data.0.id}}/{{answer.verified}}', context), '7/false')
  assert.equal(renderTemplate('{ viewer { id }}', context), '{ viewer { id }}')
  assert.equal(renderTemplate('', context), '')
})

test('an empty text is a value, and only null and undefined are unset', () => {
  assert.equal(renderTemplate('api.{{custom_fields.region ?? "eu."}}x', context), 'api.x')
  assert.equal(renderTemplate('{{custom_fields.region?}}', context), '')
  assert.equal(renderTemplate('{{custom_fields.nothing ?? "z"}}', context), 'z')
})

test('{{x?}} drops the whole entry, and nothing else does', () => {
  assert.equal(renderTemplate('a{{custom_fields.none?}}b', context), undefined)
  const entries = {
    a: '{{custom_fields.none?}}',
    b: '{{access_token?}}',
    c: 'c',
    d: '{{custom_fields.nothing?}}',
  }
  assert.deepEqual(renderEntries(entries, context), { b: 'tok', c: 'c' })
  assert.throws(() => renderTemplate('{{custom_fields.none}}', context), {
    name: 'BadRequest',
    message: 'custom_fields.none has no value',
  })
})

test('upper, host and sha256', () => {
  assert.equal(renderTemplate('{{upper(custom_fields.shop)}}', context), 'ACME')
  assert.equal(renderTemplate('{{host(custom_fields.shop, "example.com")}}', context), 'acme.example.com')
  const pasted = { custom_fields: { domain: ' https://acme.example.com/ ' } }
  assert.equal(renderTemplate('{{host(custom_fields.domain, "example.com")}}', pasted), 'acme.example.com')
  assert.equal(
    renderTemplate('{{sha256(access_token)}}', { access_token: 'abc' }),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
  assert.equal(renderTemplate('{{upper(custom_fields.none) ?? "none"}}', context), 'none')
})

test('before, after and json cut a value, and may stand inside another function', () => {
  const values = { key: 'id:se:cret', plain: 'acme', json: '{"a":{"b":"x"},"n":7,"o":{}}' }
  assert.equal(renderTemplate('{{before(key, ":")}}/{{after(key, ":")}}', values), 'id/se:cret')
  assert.equal(renderTemplate('{{before(plain, ":")}}', values), 'acme')
  assert.equal(renderTemplate('{{upper(before(key, ":"))}}', values), 'ID')
  assert.equal(renderTemplate('{{upper( json(json, "a.b") )}}-{{json(json, "n")}}', values), 'X-7')
  assert.equal(renderTemplate('{{json(json, "none") ?? "z"}}', values), 'z')
  assert.equal(renderTemplate('{{after(plain, ":")?}}', values), undefined)
  assert.deepEqual(templateNames('{{upper(before(key, "."))}}'), ['key'])
  // A field that was filled with something else is told from one that was left out.
  for (const unusable of ['{{after(plain, ":")}}', '{{json(plain, "a")}}', '{{json(json, "o")}}'])
    assert.throws(() => renderTemplate(unusable, values), { code: 'template_value_unusable' }, unusable)
  assert.throws(() => renderTemplate('{{json(none, "a")}}', values), { code: 'template_value_missing' })
  for (const broken of [
    '{{before(key)}}',
    '{{upper(key, "x")}}',
    '{{json("{}", "a")}}',
    '{{constructor(key)}}',
    '{{toString(key, "x")}}',
    '{{before(key, ":"}}',
  ])
    assert.throws(() => templateNames(broken), BadRequest, broken)
})

test('a value is never read as a template again', () => {
  assert.equal(renderTemplate('{{a}}', { a: '{{b}}', b: 'secret' }), '{{b}}')
})

test('no name reaches a prototype, and no object becomes a text', () => {
  assert.equal(renderTemplate('{{custom_fields.constructor.name?}}', context), undefined)
  assert.equal(renderTemplate('{{custom_fields.__proto__?}}', context), undefined)
  assert.equal(renderTemplate('{{custom_fields.shop.length?}}', context), undefined)
  assert.throws(() => renderTemplate('{{custom_fields.list}}', context), /custom_fields\.list is not a text/)
})

test('text outside the grammar is refused', () => {
  for (const bad of [
    '{{',
    'a {{b',
    '{{}}',
    '{{a b}}',
    '{{a ??}}',
    '{{?? a}}',
    '{{a.}}',
    '{{a | b}}',
    '{{lower(a)}}',
    '{{upper(a, "b")}}',
    '{{upper("a")}}',
    "{{a ?? 'b'}}",
    '{{a-b}}',
    '{{a??? }}',
  ])
    assert.throws(() => templateNames(bad), BadRequest, bad)
})

test('templateNames lists every name, those in functions and fallbacks too', () => {
  assert.deepEqual(templateNames('x {{a.b ?? c ?? "d"}} {{upper(e.f)}} {{g?}}'), ['a.b', 'c', 'e.f', 'g'])
  assert.deepEqual(templateNames('plain'), [])
})
