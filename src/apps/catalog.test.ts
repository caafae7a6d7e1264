/** Proves how layers are laid together, and what a bad file does in which layer. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { loadBuiltIn, loadCatalog } from './catalog.ts'
import { listCategories } from './list-categories.ts'
import { mergePatch } from './merge-patch.ts'

const acme = `schema_version: 1
name: Acme
auth_type: keys
description: Tools
categories: [Tools, CRM]
rank: 3
custom_fields: [{ name: api_key, type: password }]
proxy:
  base_url: https://api.acme.example
  allowed_domains: [api.acme.example]
  auth: { type: header, name: x-api-key, value: '{{custom_fields.api_key}}' }
  default_headers: { accept: application/json, x-version: '1' }
`

async function folder(t: TestContext, files: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'headgate-catalog-'))
  t.after(() => rm(path, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  return path
}

test('an app is found by slug, id and alias, and its id is always the same', async (t) => {
  const { catalog, problems } = await loadCatalog({
    builtInDir: await folder(t, { 'acme.yaml': `${acme}aliases: [acme_old]\n`, 'README.md': 'not an app' }),
  })
  const app = catalog.find('acme')
  assert.equal(app?.id, 'app_0c1e5lgDQP1')
  assert.equal(catalog.find(app.id), app)
  assert.equal(catalog.find('acme_old'), app)
  assert.equal(catalog.find('toString'), undefined)
  assert.deepEqual(catalog.list(), [app])
  assert.deepEqual(problems, [])
})

test('a catalogue does not change', async (t) => {
  const { catalog } = await loadCatalog({ builtInDir: await folder(t, { 'acme.yaml': acme }) })
  const app = catalog.find('acme')!
  assert.throws(() => Object.assign(app.proxy.allowed_domains, { 0: 'evil.example' }), TypeError)
  assert.throws(() => Object.assign(app, { name: 'x' }), TypeError)
  assert.throws(() => (catalog.list() as unknown[]).pop(), TypeError)
})

test('later layers win, null deletes, lists are replaced whole', async (t) => {
  const { catalog, problems } = await loadCatalog({
    builtInDir: await folder(t, { 'acme.yaml': acme }),
    operatorDir: await folder(t, {
      'acme.yml':
        'name: Acme EU\ndescription: null\nproxy: { default_headers: { x-version: null } }\ncategories: [Tools]\n',
    }),
    extra: [{ name: 'acme', file: 'row 1', content: { name: 'Acme of ours', featured_weight: 7 } }],
  })
  const app = catalog.find('acme')!
  assert.deepEqual(problems, [])
  assert.equal(app.name, 'Acme of ours')
  assert.equal(app.featured_weight, 7)
  assert.equal(app.description, '')
  assert.deepEqual(app.proxy.default_headers, { accept: 'application/json' })
  assert.deepEqual(app.categories, ['Tools'])
})

test('merge patch is RFC 7396', () => {
  assert.deepEqual(mergePatch({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: null }, d: [3] }), {
    a: { c: 2 },
    d: [3],
  })
  assert.deepEqual(mergePatch('text', { a: { b: null, c: 1 } }), { a: { c: 1 } })
  assert.deepEqual(mergePatch({ a: 1 }, null), null)
  const target = { a: { b: 1 } }
  mergePatch(target, { a: { b: 2 } })
  assert.deepEqual(target, { a: { b: 1 } })
  const polluted = mergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}') as unknown) as {
    polluted?: number
  }
  assert.equal(polluted.polluted, undefined)
  assert.equal(({} as { polluted?: number }).polluted, undefined)
})

const template = acme.replace('name: Acme\n', '')

test('an app takes what it does not say itself from its template, and a template is no app', async (t) => {
  const builtInDir = await folder(t, {
    '_tools.yaml': template,
    'one.yaml': 'extends: _tools\nname: One\nproxy: { default_headers: { accept: null } }\n',
    'two.yaml': 'extends: _tools\nname: Two\n',
  })
  const { catalog } = await loadCatalog({ builtInDir })
  assert.deepEqual(
    catalog.list().map((app) => app.name),
    ['One', 'Two'],
  )
  assert.deepEqual(catalog.find('one')!.proxy.default_headers, { 'x-version': '1' })
  assert.equal(catalog.find('_tools'), undefined)
  assert.equal(catalog.find('two')!.proxy.default_headers['accept'], 'application/json')
  assert.equal(catalog.find('one')!.extends, undefined)

  const changed = await loadCatalog({
    builtInDir,
    operatorDir: await folder(t, { '_tools.yaml': 'description: New\n' }),
  })
  assert.deepEqual(
    changed.catalog.list().map((app) => app.description),
    ['New', 'New'],
  )

  const undone = await loadCatalog({
    builtInDir,
    extra: [{ name: 'two', file: 'row', content: { proxy: { default_headers: { accept: null } } } }],
  })
  assert.deepEqual(undone.catalog.find('two')!.proxy.default_headers, { 'x-version': '1' })

  const broken = await loadCatalog({
    builtInDir,
    operatorDir: await folder(t, { '_tools.yaml': 'auth_type: oauth\n' }),
  })
  assert.equal(broken.problems.length, 1)
  assert.equal(broken.problems[0]!.file, '_tools.yaml')
  assert.deepEqual(
    broken.catalog.list().map((app) => app.auth_type),
    ['keys', 'keys'],
  )
})

const badFiles: [what: string, name: string, text: string, message: RegExp][] = [
  ['not YAML', 'acme.yaml', 'a: [', /^not YAML: /],
  ['a key twice', 'acme.yaml', 'name: a\nname: b\n', /^not YAML: Map keys must be unique/],
  ['not a mapping', 'acme.yaml', '- 1\n', /^\$: must be a mapping/],
  ['an empty file', 'acme.yaml', '', /^\$: must be a mapping/],
  ['an unknown key', 'acme.yaml', 'nmae: x\n', /^\$: unknown key "nmae"$/],
  [
    'another slug than the file',
    'acme.yaml',
    'name_slug: other\n',
    /^\$\.name_slug: must be "acme", the name of the file$/,
  ],
  ['a file name that is no slug', 'Acme App.yaml', acme, /must be a slug/],
  [
    'a template that is not there',
    'acme.yaml',
    'extends: _none\n',
    /^\$\.extends: there is no template "_none"$/,
  ],
  ['an app as a template', 'acme.yaml', 'extends: other\n', /^\$\.extends: there is no template "other"$/],
  ['a template that extends', '_a.yaml', 'extends: _b\n', /^\$\.extends: a template extends no other$/],
  [
    'a slug as an alias',
    'acme.yaml',
    'aliases: [other]\n',
    /^\$\.aliases: "other" is already a name of the app other$/,
  ],
  [
    'an alias as a slug',
    'other_old.yaml',
    acme,
    /^\$\.aliases: "other_old" is already a name of the app other$/,
  ],
  [
    'a URL without TLS',
    'acme.yaml',
    'proxy: { base_url: "http://api.acme.example" }\n',
    /^\$\.proxy\.base_url: must start with https:\/\/$/,
  ],
]

for (const [what, name, text, message] of badFiles)
  test(`a bad file of the operator is left out and reported: ${what}`, async (t) => {
    const { catalog, problems } = await loadCatalog({
      builtInDir: await folder(t, { 'acme.yaml': acme, 'other.yaml': `${acme}aliases: [other_old]\n` }),
      operatorDir: await folder(t, { [name]: text, 'good.yaml': acme }),
    })
    assert.equal(problems.length, 1, JSON.stringify(problems))
    assert.equal(problems[0]!.file, name)
    assert.match(problems[0]!.message, message)
    assert.equal(catalog.find('acme')?.name, 'Acme')
    assert.deepEqual(
      catalog.list().map((app) => app.name_slug),
      ['acme', 'good', 'other'],
    )
  })

test('a bad built-in file stops the start and names file, path and reason', async (t) => {
  const builtInDir = await folder(t, { 'acme.yaml': `${acme}nmae: x\n`, 'bad.yaml': 'a: [' })
  await assert.rejects(loadCatalog({ builtInDir }), (error: Error) => {
    assert.match(error.message, /acme\.yaml: \$: unknown key "nmae"/)
    assert.match(error.message, /bad\.yaml: not YAML/)
    return true
  })
  await assert.rejects(loadCatalog({ builtInDir: '/nowhere' }), { code: 'ENOENT' })
})

test('a disabled app is not listed, and accounts of it still find it', async (t) => {
  const { catalog } = await loadCatalog({
    builtInDir: await folder(t, { 'acme.yaml': acme }),
    extra: [{ name: 'acme', file: 'row 1', content: { disabled: true } }],
  })
  assert.deepEqual(catalog.list(), [])
  assert.equal(catalog.find('acme')?.disabled, true)
  assert.deepEqual(listCategories(catalog), [])
})

test('categories are those that occur, by name, with ids that come from the name', async (t) => {
  const { catalog } = await loadCatalog({ builtInDir: await folder(t, { 'acme.yaml': acme }) })
  const categories = listCategories(catalog)
  assert.deepEqual(
    categories.map((category) => category.name),
    ['CRM', 'Tools'],
  )
  assert.match(categories[0]!.id, /^appcat_[a-zA-Z0-9]{11}$/)
  assert.notEqual(categories[0]!.description, '')
  assert.equal(categories[1]!.description, '')
})

test('the built-in folder is asked for when it is needed, and not for a reload', async (t) => {
  const builtInDir = await folder(t, { 'acme.yaml': acme })
  let asked = 0
  const builtIn = async () => {
    asked += 1
    return loadBuiltIn({ builtInDir })
  }
  const first = await loadCatalog({ builtInDir, builtIn })
  assert.equal(first.catalog.find('acme')?.name_slug, 'acme')
  await loadCatalog({ builtInDir, builtIn }, first)
  assert.equal(asked, 1)
})
