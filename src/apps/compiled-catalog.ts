/**
 * Owns the built-in catalogue as one file of JSON: reading 150 files of YAML and checking them is most of a start. A compiled catalogue
 * stands for exactly these sources and this program, or it is not used; so it can be neither stale nor in the way.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestHex, mintHex } from '../platform/crypto/secrets.ts'
import type { CatalogText } from './catalog-files.ts'
import type { CatalogApp, CatalogLayers, LaidPatch } from './catalog-layers.ts'
import { deepFreeze } from './catalog-layers.ts'

interface CompiledCatalog {
  key: string
  drafts: [name: string, patches: readonly LaidPatch[]][]
  apps: CatalogApp[]
}

/** What decides whether a file is sound: the rooms with the format, its check and the layering, and the versions of what they use. */
const judges = [join(import.meta.dirname, '../upstream'), import.meta.dirname]
const manifest = join(import.meta.dirname, '../../package.json')

/** The same sources under the same program have the same key. Read in one go: nothing else goes on at a start, and it takes a tenth of the time. */
export function compiledKey(texts: readonly CatalogText[]): string {
  const files = judges.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /(?<!\.test)\.[jt]s$/.test(name))
      .toSorted()
      .map((name) => join(folder, name)),
  )
  const code = [...files, manifest].map((path) => readFileSync(path, 'utf8'))
  return digestHex(JSON.stringify([code, texts.map(({ file, text }) => [file, text])]))
}

/** The layer as it was found sound and finished; undefined if there is nothing of this key. */
export async function readCompiled(file: string, key: string): Promise<CatalogLayers | undefined> {
  try {
    const compiled = JSON.parse(await readFile(file, 'utf8')) as CompiledCatalog
    if (compiled.key !== key) return undefined
    const apps = new Map(compiled.apps.map((app) => [app.name_slug, deepFreeze(app)]))
    return { drafts: new Map(compiled.drafts), apps }
  } catch {
    // Not there, not ours to read, or cut short by hand: the sources are.
    return undefined
  }
}

/** Whole or not at all, whoever else writes it at the same time. Where nothing can be written, nothing is: the next start compiles again. */
export async function writeCompiled(file: string, key: string, layers: CatalogLayers): Promise<void> {
  const compiled: CompiledCatalog = { key, drafts: [...layers.drafts], apps: [...layers.apps.values()] }
  const draft = `${file}.${mintHex(8)}`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(draft, JSON.stringify(compiled), { flag: 'wx', mode: 0o644 })
    await rename(draft, file)
  } catch {
    await rm(draft, { force: true }).catch(() => {})
  }
}
