/** Proves that the catalogue in force follows folder and database, is replaced whole, and that a mistake changes nothing. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pino } from 'pino'
import { migrate } from '../db/migrate.ts'
import { openDb, type Db } from '../db/open.ts'
import { testDatabases } from '../../test/databases.ts'
import { until } from '../../test/until.ts'
import { followCatalog, openLiveCatalog } from './live-catalog.ts'
import { deleteCatalogPatch, upsertCatalogPatch } from './store.ts'

const acme = `schema_version: 1
name: Acme
auth_type: keys
custom_fields: [{ name: api_key, type: password }]
proxy:
  base_url: https://api.acme.example
  allowed_domains: [api.acme.example]
  auth: { type: header, name: x-api-key, value: '{{custom_fields.api_key}}' }
`

async function folder(t: TestContext, files: Record<string, string> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'headgate-live-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  return path
}

async function memoryDb(t: TestContext): Promise<Db> {
  const db = openDb('sqlite::memory:', { durable: false })
  t.after(() => db.close())
  await migrate(db)
  return db
}

async function live(t: TestContext, operatorDir: string, db?: Db) {
  const lines: { level: number; msg: string; file?: string }[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as never) })
  const sources = { builtInDir: await folder(t, { 'acme.yaml': acme }), operatorDir }
  const catalog = await openLiveCatalog({ db: db ?? (await memoryDb(t)), log }, sources)
  return { catalog, lines, log, errors: () => lines.filter(({ level }) => level === 50) }
}

test('a file that was good stays in force when it goes bad, and is told once; taken away, the layer below shows', async (t) => {
  const own = await folder(t, { 'acme.yaml': 'name: Ours\n', 'mine.yaml': acme.replace('Acme', 'Mine') })
  const { catalog, lines, errors } = await live(t, own)
  const before = catalog.current
  assert.equal(before.find('acme')?.name, 'Ours')

  for (const bad of [
    'name: [',
    'nmae: Ours\n',
    '- list\n',
    'a: '.repeat(3) + '['.repeat(90_000),
    'proxy: { base_url: "http://10.0.0.1" }\n',
  ]) {
    await writeFile(join(own, 'acme.yaml'), bad)
    await writeFile(join(own, 'mine.yaml'), bad)
    await catalog.look()
    assert.equal(catalog.current.find('acme')?.name, 'Ours', bad)
    assert.equal(catalog.current.find('mine')?.name, 'Mine', 'an app of the operator’s own does not vanish')
    assert.deepEqual(
      catalog.problems.map(({ layer, name, file, kept }) => [layer, name, file, kept]).slice(0, 1),
      [['folder', 'acme', 'acme.yaml', true]],
    )
    const told = errors().length
    await catalog.reload()
    assert.equal(errors().length, told, 'once')
  }
  assert.ok(errors().every(({ msg }) => msg.includes('its last good form stays')))
  assert.equal(before.find('acme')?.name, 'Ours', 'who holds the catalogue of before keeps it whole')

  await writeFile(join(own, 'acme.yaml'), 'name: Ours again\n')
  await rm(join(own, 'mine.yaml'))
  await catalog.look()
  assert.equal(catalog.current.find('acme')?.name, 'Ours again')
  assert.equal(catalog.current.find('mine'), undefined)
  assert.deepEqual(catalog.problems, [])
  assert.ok(lines.some(({ msg }) => msg.startsWith('app file in order again')))
  await rm(join(own, 'acme.yaml'))
  await catalog.look()
  assert.equal(catalog.current.find('acme')?.name, 'Acme')
})

test('at a start there is no form of before: a bad file is skipped, and the layer below shows', async (t) => {
  const { catalog, errors } = await live(
    t,
    await folder(t, { 'acme.yaml': 'nmae: x\n', 'mine.yaml': 'x: [' }),
  )
  assert.equal(catalog.current.find('acme')?.name, 'Acme')
  assert.equal(catalog.current.find('mine'), undefined)
  assert.deepEqual(
    catalog.problems.map(({ kept }) => kept),
    [false, false],
  )
  assert.equal(errors().length, 2)
})

test('a folder that goes away leaves all in force; one that was never there ends the start in a sentence', async (t) => {
  const own = await folder(t, { 'acme.yaml': 'name: Ours\n' })
  const { catalog } = await live(t, own)
  await rm(own, { recursive: true })
  await catalog.look()
  assert.equal(catalog.current.find('acme')?.name, 'Ours')
  assert.match(catalog.problems[0]!.message, /^the folder cannot be read \(ENOENT\)$/)
  await mkdir(own)
  await catalog.look()
  assert.equal(catalog.current.find('acme')?.name, 'Acme')
  await assert.rejects(live(t, '/nowhere'), /^BadRequest: HEADGATE_CATALOG_DIR: the folder cannot be read/)
})

test('files behind a link that swings over, as in a mounted config map, and a folder that is such a link', async (t) => {
  const mount = await folder(t)
  const data = async (name: string, text: string) => {
    await mkdir(join(mount, name))
    await writeFile(join(mount, name, 'acme.yaml'), text)
  }
  const swing = async (to: string) => {
    await symlink(to, join(mount, '..data_tmp'))
    await rename(join(mount, '..data_tmp'), join(mount, '..data'))
  }
  // All of one length, and as if written at one time: only what is behind the link differs.
  await data('..v1', 'name: Name one\n')
  await data('..v2', 'name: Name two\n')
  await swing('..v1')
  await symlink('..data/acme.yaml', join(mount, 'acme.yaml'))
  const files = await live(t, mount)
  const whole = await live(t, join(mount, '..data'))
  for (const { catalog } of [files, whole]) assert.equal(catalog.current.find('acme')?.name, 'Name one')
  await swing('..v2')
  for (const { catalog } of [files, whole]) {
    await catalog.look()
    assert.equal(catalog.current.find('acme')?.name, 'Name two')
  }
})

test('nothing is read again while nothing has changed', async (t) => {
  const own = await folder(t, { 'acme.yaml': 'name: Ours\n', 'notes.txt': 'x' })
  const { catalog } = await live(t, own)
  const before = catalog.current
  await catalog.look()
  await writeFile(join(own, 'notes.txt'), 'y')
  await catalog.look()
  assert.equal(catalog.current, before)
})

test('the loop looks by itself, and a database that fails leaves the catalogue as it is', async (t) => {
  const own = await folder(t)
  const { catalog, log, errors } = await live(t, own)
  const following = followCatalog({ catalog, log }, 5)
  t.after(() => following.stop())
  await writeFile(join(own, 'acme.yaml'), 'name: Ours\n')
  await until(() => catalog.current.find('acme')?.name === 'Ours', 'the catalogue of the folder')

  const db = await memoryDb(t)
  const broken = await live(t, own, {
    ...db,
    read: new Proxy(db.read, { get: () => fail }),
  }).catch((error: unknown) => error)
  assert.match(String(broken), /no database/, 'at a start it is not passed over')
  assert.deepEqual(errors(), [])
})

const fail = () => {
  throw new Error('no database')
}

for (const kind of testDatabases)
  test(`a row is the last word, and every process follows: set, changed, removed (${kind.name})`, async (t) => {
    const { url, close } = await kind.open()
    t.after(close)
    const own = await folder(t, { 'acme.yaml': 'name: Ours\ndescription: of the folder\n' })
    const open = async () => {
      const db = openDb(url, { poolSize: 2 })
      t.after(() => db.close())
      await migrate(db)
      return { db, ...(await live(t, own, db)) }
    }
    const one = await open()
    const other = await open()
    const name = async () => {
      await other.catalog.look()
      return other.catalog.current.find('acme')?.name
    }
    const set = (content: unknown, now = 5) =>
      one.db.write((tx) => upsertCatalogPatch(tx, 'acme', content, now))
    assert.equal(await name(), 'Ours')
    await set({ name: 'Of the database', description: null })
    assert.equal(await name(), 'Of the database')
    assert.equal(other.catalog.current.find('acme')?.description, '')
    // A clock that stands still, or goes back, hides no change.
    await set({ name: 'Changed' })
    assert.equal(await name(), 'Changed')
    await set({ name: 'Changed again' }, 1)
    assert.equal(await name(), 'Changed again')
    await set({ nmae: 'x' })
    assert.equal(await name(), 'Changed again')
    assert.deepEqual(
      other.catalog.problems.map(({ layer, file, kept }) => [layer, file, kept]),
      [['database', 'database: acme', true]],
    )
    await one.db.write((tx) => deleteCatalogPatch(tx, 'acme'))
    assert.equal(await name(), 'Ours')
    assert.deepEqual(other.catalog.problems, [])
  })
