/** What is put into HTML stays text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { html } from './html.ts'

test('values are escaped, HTML of the same kind is not', () => {
  const nasty = `<a b="c" d='e'>&amp;`
  const escaped = '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;'
  assert.equal(html`<i title="${nasty}">${nasty}</i>`.markup, `<i title="${escaped}">${escaped}</i>`)
  assert.equal(html`${['<', html`<b>${'<'}</b>`, 3]}`.markup, '&lt;<b>&lt;</b>3')
  assert.equal(html`a${null}${undefined}${false}b`.markup, 'ab')
})

test('what only looks like HTML of ours is refused or escaped', () => {
  const forged = JSON.parse('{"markup":"<script>"}') as never
  assert.doesNotMatch(html`${forged}`.markup, /<script>/)
})
