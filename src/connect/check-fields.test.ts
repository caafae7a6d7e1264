/** What is kept of what a person types. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CatalogApp } from '../apps/catalog.ts'
import { keyApp } from '../upstream/sample-app.ts'
import { checkFields } from './check-fields.ts'

const app = (more = {}): CatalogApp => ({
  ...keyApp('https://api.test', { type: 'header', name: 'x-key', value: '{{custom_fields.api_key}}' }, more),
  id: 'app_keyed0',
  featured_weight: 0,
})

test('blanks around what was typed are no part of it, unless it is a database’s password', () => {
  const typed = { api_key: '\t a key \u00a0\n' }
  assert.equal(checkFields(app(), typed)['api_key'], 'a key')
  const database = app({ proxy: { enabled: false } })
  assert.equal(checkFields(database, { api_key: ' a key ' })['api_key'], ' a key ')
})

test('blanks alone are nothing', () => {
  const missing = { code: 'field_invalid', faults: { api_key: 'missing' } }
  assert.throws(() => checkFields(app(), { api_key: ' \n' }), missing)
})
