/** Proves that a compiled catalogue is used only for exactly its sources, saves the checking, and gets in nobody's way. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { loadCatalog } from './catalog.ts'

const builtInDir = join(import.meta.dirname, '../../catalog/apps')

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'headgate-compiled-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

const acme = `schema_version: 1
name: Acme
auth_type: keys
custom_fields: [{ name: api_key, type: password }]
proxy:
  base_url: https://api.acme.example
  allowed_domains: [api.acme.example]
  auth: { type: header, name: x-api-key, value: '{{custom_fields.api_key}}' }
`

test('compiled and read afresh, the catalogue is the same, and frozen either way', async (t) => {
  const compiledFile = join(await folder(t), 'deep/catalog.json')
  const fresh = await loadCatalog({ builtInDir })
  const first = await loadCatalog({ builtInDir, compiledFile })
  const second = await loadCatalog({ builtInDir, compiledFile })
  assert.equal(fresh.layers.apps.size, 150)
  for (const loaded of [first, second]) {
    assert.deepEqual(loaded.catalog.list(), fresh.catalog.list())
    assert.deepEqual([...loaded.layers.drafts.keys()], [...fresh.layers.drafts.keys()])
  }
  const app = second.catalog.find('github')!
  assert.throws(() => Object.assign(app.proxy.allowed_domains, { 0: 'evil.example' }), TypeError)
  assert.deepEqual(await readdir(join(compiledFile, '..')), ['catalog.json'], 'no draft is left behind')
})

test('a hit neither parses YAML nor loads the checker', async (t) => {
  const compiledFile = join(await folder(t), 'catalog.json')
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
    const { loadCatalog } = await import(${JSON.stringify(join(import.meta.dirname, 'catalog.ts'))})
    const { catalog } = await loadCatalog(${JSON.stringify({ builtInDir, compiledFile })})
    console.log(catalog.list().length, ['yaml', 'ajv'].filter((name) => loaded.some((url) => url.includes('/node_modules/' + name + '/'))).join())`
  const run = async () =>
    (await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])).stdout.trim()
  const [apps, needed] = (await run()).split(' ')
  assert.equal(needed, 'yaml,ajv')
  assert.equal(await run(), apps)
})

test('another source, or a compiled file that is cut short or of something else, is compiled again', async (t) => {
  const sources = await folder(t)
  const compiledFile = join(await folder(t), 'catalog.json')
  await writeFile(join(sources, 'acme.yaml'), acme)
  const load = () => loadCatalog({ builtInDir: sources, compiledFile })
  await load()
  await writeFile(join(sources, 'acme.yaml'), acme.replace('Acme', 'Acme 2'))
  assert.equal((await load()).catalog.find('acme')?.name, 'Acme 2')
  await writeFile(join(sources, 'other.yaml'), acme.replace('Acme', 'Other'))
  assert.equal((await load()).catalog.list().length, 2)

  const good = await readFile(compiledFile, 'utf8')
  for (const bad of [good.slice(0, 100), '', '{}', 'null', good.replace(/"key":"\w{8}/, '"key":"00000000')]) {
    await writeFile(compiledFile, bad)
    assert.equal((await load()).catalog.find('other')?.name, 'Other')
    assert.equal(await readFile(compiledFile, 'utf8'), good, 'written anew')
  }
  await writeFile(join(sources, 'acme.yaml'), `${acme}nmae: x\n`)
  await assert.rejects(load(), /acme\.yaml: \$: unknown key "nmae"/)
  assert.equal(await readFile(compiledFile, 'utf8'), good, 'what is unsound is not compiled')
})

test('many at once find it whole, and where nothing can be written the catalogue loads all the same', async (t) => {
  const sources = await folder(t)
  const target = await folder(t)
  const compiledFile = join(target, 'catalog.json')
  await writeFile(join(sources, 'acme.yaml'), acme)
  const all = await Promise.all(
    Array.from({ length: 20 }, () => loadCatalog({ builtInDir: sources, compiledFile })),
  )
  assert.ok(all.every(({ catalog }) => catalog.find('acme')?.name === 'Acme'))
  assert.deepEqual(await readdir(target), ['catalog.json'])

  // A file where the folder should be: root may write anywhere, so permissions alone would prove nothing here.
  await writeFile(join(target, 'file'), '')
  await chmod(join(target, 'file'), 0o444)
  const nowhere = join(target, 'file/catalog.json')
  assert.equal((await loadCatalog({ builtInDir: sources, compiledFile: nowhere })).catalog.list().length, 1)
  assert.ok((await stat(join(target, 'file'))).isFile())
})
