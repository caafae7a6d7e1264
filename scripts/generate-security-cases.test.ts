/** The table of security cases says what is covered, and does not let a test name a case that is not there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderSecurityCases } from './generate-security-cases.ts'

const catalogue = {
  groups: { G1: 'Doors', G2: 'Windows' },
  cases: [
    { id: 'G1-1', group: 'G1', title: 'Open' },
    { id: 'G1-12', group: 'G1', title: 'Shut' },
    { id: 'G2-13', group: 'G2', title: 'Ajar' },
  ],
}

// Put together here, so that this file does not count as covering anything.
const named = (name: string, call = 'test') => `${call}('${name}', () => {})\n`

test('a case is covered by the files whose tests begin with its id', () => {
  const text = renderSecurityCases(catalogue, [
    { path: 'test/a.test.ts', text: named('G1-1 opens') + named('G1-1 opens again') + named('G1-123') },
    { path: 'src/b.test.ts', text: named('G1-1 opens', 't.test') + named('G2-13 is ajar', 'test.skip') },
  ])
  assert.match(text, /\| G1-1 \| Open \| \[test\/a\.test\.ts\]\(\S+\), \[src\/b\.test\.ts\]\(\S+\) \|/)
  assert.match(text, /\| G1-12 \| Shut \| not yet \|/)
  assert.match(text, /\| G2-13 \| Ajar \| not yet \|/)
  assert.match(text, /\| G1 \| Doors \| 1 of 2 \|/)
  assert.match(text, /\| all \| \| 1 of 3 \|/)
})

test('a test of an unknown case is an error that names the file', () => {
  const files = [{ path: 'test/a.test.ts', text: named('G9-99 is unknown') }]
  assert.throws(() => renderSecurityCases(catalogue, files), /test\/a\.test\.ts: G9-99/)
})
