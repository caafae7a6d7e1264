/**
 * Owns the Connect page's script and style in web/dist, named for their content, with a manifest that says which is which. Does nothing
 * when they are up to date.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestHex } from '../platform/crypto/secrets.ts'

const SOURCES = join(import.meta.dirname, '../../web/connect')
const DIST = join(import.meta.dirname, '../../web/dist')
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
  // Only where something has to be built: a shipped image has the files and needs no bundler.
  const { build } = await import('esbuild')
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
    const name = `connect-${digestHex(Buffer.from(contents).toString('utf8')).slice(0, 16)}.${type}`
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
  const files = readdirSync(SOURCES).filter((file) => /\.(ts|css)$/.test(file))
  const texts = files.toSorted().map((file) => [file, readFileSync(join(SOURCES, file), 'utf8')])
  return digestHex(JSON.stringify([readFileSync(import.meta.filename, 'utf8'), texts]))
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
