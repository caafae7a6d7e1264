import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAnswer } from './parse-answer.ts'
import { parseXml } from './parse-xml.ts'

test('D2: an element with children is an object, others are texts, repeated ones a list', () => {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
    <!-- made by hand -->
    <ns:Answer xmlns:ns="urn:x" a='<'>
      <access_token>a&amp;b&#65;&#x42;</access_token>
      <note><![CDATA[<b>]]></note>
      <empty/>
      <sites><site>1</site><site>2</site></sites>
    </ns:Answer>`
  assert.deepEqual(parseXml(text), {
    Answer: { access_token: 'a&bAB', note: '<b>', empty: '', sites: { site: ['1', '2'] } },
  })
})

test('D2: what is not well-formed, or has a document type, is nothing', () => {
  for (const text of [
    '',
    'text',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<a/>text',
    '<a b=c></a',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<a>'.repeat(100) + '</a>'.repeat(100),
  ])
    assert.equal(parseXml(text), undefined, text.slice(0, 40))
  assert.deepEqual(
    parseXml('<a>&x;&#x110000;</a>'),
    { a: '&x;&#x110000;' },
    'unknown entities stay as they are',
  )
})

test('D2: a megabyte of brackets is read in no time', () => {
  const before = performance.now()
  parseXml('<'.repeat(1_000_000))
  parseXml(`<a ${'b="c" '.repeat(150_000)}>`)
  parseXml(`<a>${'<b>'.repeat(300_000)}`)
  parseXml(`<!--${'-'.repeat(1_000_000)}`)
  parseXml(`<${'a'.repeat(1_000_000)}`)
  parseXml(`<a>${'<b/>'.repeat(250_000)}</a>`)
  assert.ok(performance.now() - before < 2000)
})

test('D2: XML is told by its opening or its content type; a page is no answer', () => {
  assert.deepEqual(parseAnswer('<?xml version="1.0"?><a>1</a>', 'text/plain'), { a: '1' })
  assert.deepEqual(parseAnswer('<a>1</a>', 'application/xml; charset=utf-8'), { a: '1' })
  assert.deepEqual(parseAnswer('<a>1</a>', 'application/problem+xml'), { a: '1' })
  assert.equal(parseAnswer('<html><body>x</body></html>', 'text/html'), undefined)
  assert.equal(parseAnswer('<html><body>x</body></html>', 'application/xhtml+xml'), undefined)
})
