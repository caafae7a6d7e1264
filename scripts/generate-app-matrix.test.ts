/** Proves which names of tests count for a quirk, and that a quirk without one is shown as a gap. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CatalogApp } from '../src/apps/catalog.ts'
import { quirks } from '../src/upstream/quirks.ts'
import { quirkTests, renderAppMatrix } from './generate-app-matrix.ts'

const named = (text: string) =>
  [...quirkTests([{ path: 'src/x.test.ts', text }])].filter(([, files]) => files.length > 0).map(([id]) => id)

test('a test counts for the quirks that its name begins with, and for no other', () => {
  assert.deepEqual(named(`test('H8, trello: signs')`), ['H8'])
  assert.deepEqual(named(`test('A5, A6: separators')\ntest('B1 B8 callbacks')`), ['A5', 'A6', 'B1', 'B8'])
  assert.deepEqual(named('test(\n  `D3, ${app}: nested`'), ['D3'])
  assert.deepEqual(named(`await t.test('C2 to C5 bodies')`), ['C2', 'C3', 'C4', 'C5'])
  assert.deepEqual(named(`test('G7-142 C1 the client')`), ['C1'], 'a security case is no quirk')
  assert.deepEqual(named(`test('G1-12: foreign ids')\ntest('G8-158, G8-157: lifetimes')`), [])
  assert.deepEqual(named(`test('G6: the page')\ntest('G11, H8: x')`), ['H8'])
  assert.deepEqual(named(`test('G1: RFC 7009')`), ['G1'])
  assert.deepEqual(named(`test('as H8 says')\n// test H9\ntest.skip('H7: body')\nlatest('H6: path')`), [])
  assert.throws(() => named(`test('A99: x')`), /src\/x\.test\.ts: A99 is no quirk/)
})

test('a quirk without a test stands at the top and is bold wherever an app has it', () => {
  const app = {
    rank: 1,
    name_slug: 'acme',
    name: 'Acme',
    auth_type: 'keys',
    disabled: false,
    quirks: ['H12-companion-headers', 'H3-two-headers', 'H3-custom-header'],
    evidence: { unverified: ['a', 'b'], checked_on: null, sources: [], checked_fields: [] },
  } as unknown as CatalogApp
  const everything = new Map(Object.keys(quirks).map((id) => [id, ['src/x.test.ts']]))
  assert.match(renderAppMatrix([app], everything), /## Gaps\n\nEvery quirk has a test\./)
  const text = renderAppMatrix([app], new Map([...everything, ['H12', []]]))
  assert.match(text, /## Gaps\n\nNo test begins with: \*\*H12\*\*\.\n/)
  assert.ok(
    text.includes('| 1 | [acme](../catalog/apps/acme.yaml) | Acme | keys | H3 **H12** | not yet | 2 |\n'),
    text,
  )
  assert.match(text, /\| H12 \| [^|]+ \| 1 \| \*\*none\*\* \|/)
  assert.match(text, /\| H3 \| [^|]+ \| 1 \| \[x\.test\.ts\]\(\.\.\/src\/x\.test\.ts\) \|/)
})
