/**
 * Builds the Connect page's script and style into web/dist, named for their content, with a manifest that says which is which. Does
 * nothing when web/dist is up to date. By hand: `node scripts/build-web.ts`.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const SOURCES = join(import.meta.dirname, '../web/connect')
const DIST = join(import.meta.dirname, '../web/dist')
const MANIFEST = join(DIST, 'manifest.json')

interface Manifest {
  script: string
  style: string
  /** Digest of all sources that this was built from. */
  sources: string
}

/** Safe to call from many processes at once: files are put in place whole, the manifest last. */
export async function ensureWebBuilt(): Promise<void> {
  const sources = digestOfSources()
  const known = readManifest()
  if (known?.sources === sources && [known.script, known.style].every((file) => existsSync(join(DIST, file))))
    return
  const { outputFiles } = await build({
    entryPoints: { connect: join(SOURCES, 'connect.ts'), style: join(SOURCES, 'connect.css') },
    outdir: DIST,
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2022', 'safari16.4'],
    charset: 'utf8',
    logLevel: 'warning',
  })
  mkdirSync(DIST, { recursive: true })
  const names = outputFiles.map(({ path, contents }) => {
    const type = path.endsWith('.css') ? 'css' : 'js'
    const name = `connect-${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.${type}`
    putInPlace(name, contents)
    return name
  })
  const named = (end: string) => names.find((name) => name.endsWith(end)) ?? ''
  const manifest: Manifest = { script: named('.js'), style: named('.css'), sources }
  putInPlace('manifest.json', JSON.stringify(manifest, null, 2))
  for (const old of readdirSync(DIST))
    if (old.startsWith('connect-') && !names.includes(old)) rmSync(join(DIST, old), { force: true })
}

function digestOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename))
  for (const file of readdirSync(SOURCES).toSorted())
    if (/\.(ts|css)$/.test(file)) hash.update(file).update(readFileSync(join(SOURCES, file)))
  return hash.digest('hex')
}

function readManifest(): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest
  } catch {
    return undefined // Not built yet, or half deleted: build.
  }
}

function putInPlace(name: string, content: string | Uint8Array): void {
  const temporary = join(DIST, `.${process.pid}-${name}`)
  writeFileSync(temporary, content)
  renameSync(temporary, join(DIST, name))
}

if (import.meta.main) await ensureWebBuilt()
