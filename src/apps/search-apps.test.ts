/** Proves filter, order and paging of the list of apps (contract section 4). */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { BadRequest } from '../platform/errors.ts'
import { appCategoryIdOf } from './app-id.ts'
import type { Catalog } from './catalog.ts'
import { loadCatalog } from './catalog.ts'
import type { AppsPage, SearchAppsQuery } from './search-apps.ts'
import { searchApps } from './search-apps.ts'

const emptyFolder = await mkdtemp(join(tmpdir(), 'headgate-catalog-'))
after(() => rm(emptyFolder, { recursive: true }))

const { catalog } = await loadCatalog({
  builtInDir: emptyFolder,
  extra: [...'abcdefgh'].map((letter, i) => ({
    name: `app_${letter}`,
    file: letter,
    content: {
      schema_version: 1,
      // Two apps of each name and weight, so that slugs must tell them apart.
      name: ['Zeta', 'alpha', 'Mid', 'beta'][i >> 1],
      featured_weight: 10 - (i >> 1),
      auth_type: 'none',
      aliases: letter === 'c' ? ['twin_of_c'] : [],
      categories: i < 3 ? ['CRM'] : ['Mail', 'CRM'].slice(0, i % 2 === 0 ? 1 : 2),
      proxy: { enabled: false },
    },
  })),
})

const slugs = (query: SearchAppsQuery, from: Catalog = catalog) =>
  searchApps(from, query)
    .data.map((app) => app.name_slug.slice(4))
    .join('')

function walk(query: SearchAppsQuery): string[] {
  const pages: string[] = []
  let cursor: string | null = null
  do {
    const page: AppsPage = searchApps(catalog, { ...query, ...(cursor === null ? {} : { after: cursor }) })
    pages.push(page.data.map((app) => app.name_slug.slice(4)).join(''))
    assert.equal(page.count, page.data.length)
    assert.equal(page.total_count, 8)
    cursor = page.end_cursor
  } while (cursor !== null && pages.length < 20)
  return pages
}

test('every order gives every app once, and the last page has no end cursor', () => {
  assert.deepEqual(walk({ limit: 3 }), ['abc', 'def', 'gh'])
  assert.deepEqual(walk({ limit: 4, sort_direction: 'asc' }), ['ghef', 'cdab'])
  assert.deepEqual(walk({ limit: 3, sort_key: 'name' }), ['cdg', 'hef', 'ab'])
  assert.deepEqual(walk({ limit: 5, sort_key: 'name', sort_direction: 'desc' }), ['abefg', 'hcd'])
  assert.deepEqual(walk({ limit: 8, sort_key: 'name_slug' }), ['abcdefgh'])
})

test('before walks back, and together with after it intersects', () => {
  const third = searchApps(catalog, { limit: 3 }).end_cursor!
  const seventh = searchApps(catalog, { limit: 7 }).end_cursor!
  assert.equal(slugs({ before: seventh, limit: 2 }), 'ef')
  assert.equal(slugs({ after: third, before: seventh }), 'def')
  assert.equal(slugs({ after: seventh, before: third }), '')
  const back = searchApps(catalog, { before: seventh, limit: 2 })
  assert.equal(slugs({ after: back.end_cursor! }), 'gh')
  assert.equal(slugs({ before: back.start_cursor! }), 'abcd')
})

test('an empty page has no cursors', () => {
  const page = searchApps(catalog, { q: 'nothing' })
  assert.deepEqual(page, { data: [], count: 0, total_count: 0, start_cursor: null, end_cursor: null })
})

test('q, categories and the component filters narrow', () => {
  assert.equal(slugs({ q: 'MID' }), 'ef')
  assert.equal(slugs({ q: 'app_e mid' }), 'e')
  assert.equal(slugs({ q: 'twin' }), 'c')
  assert.equal(slugs({ q: '  ' }), 'abcdefgh')
  assert.equal(slugs({ category_ids: [appCategoryIdOf('Mail')] }), 'defgh')
  assert.equal(slugs({ category_ids: [appCategoryIdOf('CRM')] }), 'abcdfh')
  assert.equal(slugs({ category_ids: ['appcat_none'] }), '')
  assert.equal(slugs({ category_ids: [] }), 'abcdefgh')
  for (const key of ['has_components', 'has_actions', 'has_triggers'] as const) {
    assert.equal(slugs({ [key]: true }), '')
    assert.equal(slugs({ [key]: false }), 'abcdefgh')
  }
})

test('limits below one are refused, above a hundred clamped', async () => {
  for (const limit of [0, -1, 1.5, Number.NaN])
    assert.throws(() => searchApps(catalog, { limit }), BadRequest)
  const many = await loadCatalog({
    builtInDir: emptyFolder,
    extra: Array.from({ length: 120 }, (_, i) => ({
      name: `app${i}`,
      file: String(i),
      content: { schema_version: 1, name: 'x', auth_type: 'none', proxy: { enabled: false } },
    })),
  })
  assert.equal(searchApps(many.catalog, { limit: 1000 }).count, 100)
  assert.equal(searchApps(many.catalog, {}).count, 10)
})

test('what is no cursor of this order is refused', () => {
  const byName = searchApps(catalog, { limit: 1, sort_key: 'name' }).end_cursor!
  const bad = [
    '',
    'x',
    '%%%',
    'bnVsbA',
    Buffer.from('["featured_weight","1","a"]').toString('base64url'),
    byName,
  ]
  for (const cursor of bad) {
    assert.throws(() => searchApps(catalog, { after: cursor }), /after is not a cursor/, cursor)
    assert.throws(() => searchApps(catalog, { before: cursor }), /before is not a cursor/, cursor)
  }
  assert.throws(() => searchApps(catalog, { after: byName, sort_key: 'name_slug' }), /after is not a cursor/)
})
