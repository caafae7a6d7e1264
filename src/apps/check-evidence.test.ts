/** Proves what an app must know about itself, and that what we ship knows it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { quirkIdOf, quirks } from '../upstream/quirks.ts'
import type { CatalogApp } from './catalog.ts'
import { loadCatalog } from './catalog.ts'
import { checkEvidence } from './check-evidence.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const { layers } = await loadCatalog({ builtInDir: join(import.meta.dirname, '../../catalog/apps') })
const apps = [...layers.apps.values()]
const sound = apps.find(({ name_slug }) => name_slug === 'github')!
const withEvidence = (evidence: Partial<CatalogApp['evidence']>, more: Partial<CatalogApp> = {}) =>
  checkEvidence({ ...sound, ...more, evidence: { ...sound.evidence, ...evidence } }, now)

test('sources, the day they were read and quirks that exist are asked for', () => {
  assert.deepEqual(withEvidence({ checked_on: '2026-11-22' }).problems, [])
  assert.match(withEvidence({ sources: [] }).problems[0]!, /^\$\.evidence\.sources: is empty$/)
  assert.match(withEvidence({ sources: ['a book'] }).problems[0]!, /sources\[0\]: must be an https address/)
  for (const checked_on of [null, '2026-13-40'])
    assert.match(withEvidence({ checked_on }).problems[0]!, /checked_on: must say the day/)
  assert.match(withEvidence({ checked_on: '2026-11-23' }).problems[0]!, /is yet to come/)
  const bad = withEvidence({ checked_on: '2026-11-22' }, { quirks: ['A5-comma-scopes', 'A10-odd'] })
  assert.deepEqual(bad.problems, ['$.quirks[1]: A10 is not in the list of quirks'])
})

test('facts older than 180 days are a warning, never a problem', () => {
  assert.deepEqual(withEvidence({ checked_on: '2026-05-26' }).warnings, [])
  const old = withEvidence({ checked_on: '2026-05-25' })
  assert.deepEqual(old.problems, [])
  assert.match(old.warnings[0]!, /^\$\.evidence\.checked_on: 181 days ago/)
})

test('every quirk of every app we ship is in the list, and every source is an address', () => {
  for (const app of apps) {
    const { problems } = checkEvidence(app, now)
    assert.deepEqual(
      problems.filter((problem) => !problem.startsWith('$.evidence.checked_on: must say the day')),
      [],
      app.name_slug,
    )
  }
  assert.ok(Object.keys(quirks).every((id) => /^[A-K]\d{1,2}$/.test(id) && quirkIdOf(`${id}-x`) === id))
})
