/**
 * Writes catalog/logos/: for every app that names its mark among the Simple Icons (`logo.simple_icons`), the mark on a tile of the brand's
 * colour, and index.json saying where each comes from. Run by hand when marks change; the package is no dependency:
 * `npm install --prefix <a folder elsewhere> simple-icons`, then `node scripts/extract-logos.ts <that folder>/node_modules/simple-icons`.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { loadCatalog } from '../src/apps/catalog.ts'

/** As data/simple-icons.json has it. A mark without a licence of its own is under the package's, CC0 1.0. */
interface Mark {
  title: string
  slug: string
  hex: string
  license?: { type: string }
}

const MAX_BYTES = 10_000
/** Path data and nothing else can be in it: letters of commands, numbers, separators. */
const PATH_DATA = /^[MmZzLlHhVvCcSsQqTtAa0-9eE+\-., ]+$/

/** The mark, 24 units wide, on a rounded tile: white, as most brands draw it, unless that stands out less than WCAG 2.2 asks of graphics. @throws Error for another shape of file */
function logoOf(icon: string, hex: string): string {
  const [, data = ''] = /<path d="([^"]*)"\/><\/svg>\s*$/.exec(icon) ?? []
  if (!PATH_DATA.test(data) || !/^[0-9A-F]{6}$/.test(hex)) throw new Error('not a mark of one path')
  const ink = contrastWithWhite(hex) >= 3 ? 'fff' : '000'
  const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#${hex}"/><path transform="translate(14 14) scale(1.5)" fill="#${ink}" d="${data}"/></svg>\n`
  if (Buffer.byteLength(logo) > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`)
  return logo
}

/** By the relative luminance of WCAG 2.2. Where it is below 3:1, black has 7:1 and more. */
function contrastWithWhite(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

async function extractLogos(icons: string): Promise<void> {
  const root = join(import.meta.dirname, '..')
  const target = join(root, 'catalog/logos')
  const { version } = JSON.parse(await readFile(join(icons, 'package.json'), 'utf8')) as { version: string }
  const list = JSON.parse(await readFile(join(icons, 'data/simple-icons.json'), 'utf8')) as Mark[]
  const marks = new Map(list.map((mark) => [mark.slug, mark]))
  const { layers } = await loadCatalog({ builtInDir: join(root, 'catalog/apps') })
  const apps = [...layers.apps.values()].toSorted((a, b) => (a.name_slug < b.name_slug ? -1 : 1))

  await mkdir(target, { recursive: true })
  for (const file of await readdir(target)) if (file.endsWith('.svg')) await rm(join(target, file))
  const logos: Record<string, { mark: string; title: string; color: string }> = {}
  for (const app of apps) {
    const name = app.logo?.simple_icons
    if (name === undefined) continue
    const mark = marks.get(name)
    const licence = mark?.license?.type ?? 'CC0-1.0'
    if (!mark || licence !== 'CC0-1.0') {
      console.error(
        `${app.name_slug}: ${mark ? `"${name}" is under ${licence}` : `there is no mark "${name}"`}; left out`,
      )
      continue
    }
    const icon = await readFile(join(icons, `icons/${mark.slug}.svg`), 'utf8')
    await writeFile(join(target, `${app.name_slug}.svg`), logoOf(icon, mark.hex))
    logos[app.name_slug] = { mark: mark.slug, title: mark.title, color: `#${mark.hex}` }
  }
  const index = {
    source: 'simple-icons',
    version,
    licence: 'CC0-1.0',
    note: 'The drawings are in the public domain; the marks belong to their owners and only name the products.',
    logos,
  }
  const file = join(target, 'index.json')
  await writeFile(
    file,
    await format(JSON.stringify(index), { ...(await resolveConfig(file)), parser: 'json' }),
  )
  console.log(`${Object.keys(logos).length} logos of ${apps.length} apps`)
}

if (process.argv[1] === import.meta.filename) {
  const [icons] = process.argv.slice(2)
  if (icons === undefined)
    throw new Error('which folder? node scripts/extract-logos.ts <installed simple-icons>')
  await extractLogos(icons)
}
