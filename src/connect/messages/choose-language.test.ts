/** Which language a page comes in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseLanguage } from './choose-language.ts'
import { fill, fillText } from './fill.ts'
import { html } from '../../platform/html.ts'

test('the browser’s languages, by their weight', () => {
  const cases: Record<string, string> = {
    '': 'en',
    de: 'de',
    'de-AT,de;q=0.9,en;q=0.8': 'de',
    'fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5': 'fr',
    'en;q=0.2,es;q=0.7': 'es',
    'ja,zh;q=0.9': 'en',
    'ja,es;q=0.1': 'es',
    'ja,*;q=0.5': 'en',
    'de;q=0,fr': 'fr',
    'de;q=0': 'en',
    'pt-PT': 'pt-BR',
    'pt-br': 'pt-BR',
    PT: 'pt-BR',
    'de ; Q=0.3 , fr ; q=0.4': 'fr',
    'de;q=2,fr;q=0.1': 'fr',
    'de;q=x,fr;q=0.1': 'fr',
    ',,;;q=,': 'en',
    '__proto__,constructor': 'en',
  }
  for (const [header, code] of Object.entries(cases)) assert.equal(chooseLanguage(header).code, code, header)
  assert.equal(chooseLanguage(undefined).code, 'en')
  assert.equal(chooseLanguage(`${'x-'.repeat(100_000)},de`).code, 'en')
})

test('what a link or a token names wins, where it is known', () => {
  assert.equal(chooseLanguage('de', 'fr').code, 'fr')
  assert.equal(chooseLanguage('de', undefined, 'es').code, 'es')
  assert.equal(chooseLanguage('de', 'xx', null, '').code, 'de')
  assert.equal(chooseLanguage(undefined, 'PT-pt').code, 'pt-BR')
})

test('values are put into their places as text, and HTML of ours stays', () => {
  const text = '{a} and {b}, {a} but not {c}'
  assert.equal(
    fill(text, { a: '<x>', b: html`<b>${'&'}</b>` }).markup,
    '&lt;x&gt; and <b>&amp;</b>, &lt;x&gt; but not {c}',
  )
  assert.equal(fillText(text, { a: '{b}', b: 2 }), '{b} and 2, {b} but not {c}')
})
