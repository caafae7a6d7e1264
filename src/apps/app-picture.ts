/** Owns the picture of an app: the operator's, else ours, else its initials. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import type { CatalogApp } from './catalog.ts'
import { monogram } from './monogram.ts'

export interface AppPicture {
  mediaType: 'image/svg+xml' | 'image/png'
  body: Buffer
  /** RFC 9110 section 8.8.3: the same bytes, the same tag, on every process. */
  etag: string
}

const builtInLogos = join(import.meta.dirname, '../../catalog/logos')
const MAX_BYTES = 256 * 1024
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const mediaTypes = { svg: 'image/svg+xml', png: 'image/png' } as const

/** `logos/<slug>.svg` or `.png` in the operator's folder wins; it is read every time, so that a new one is seen at once. */
export async function appPicture(app: Pick<App, 'config'>, of: CatalogApp): Promise<AppPicture> {
  const { catalogDir } = app.config
  const own = catalogDir === undefined ? undefined : join(catalogDir, 'logos', of.name_slug)
  const found =
    (own && ((await read(own, 'svg')) ?? (await read(own, 'png')))) ||
    (await read(join(builtInLogos, of.name_slug), 'svg'))
  const { body, kind } = found ?? { body: Buffer.from(monogram(of.name)), kind: 'svg' as const }
  return { mediaType: mediaTypes[kind], body, etag: `"${digest(body.toString('latin1'))}"` }
}

/** Why a file of this kind is not shown; undefined if it is. Only its beginning is looked at: whether it can be drawn the browser says. */
export function pictureProblem(kind: keyof typeof mediaTypes, body: Buffer): string | undefined {
  if (body.length > MAX_BYTES) return 'has more than 256 KB'
  const isOne =
    kind === 'png' ? body.subarray(0, 8).equals(PNG_SIGNATURE) : /<svg[\s>/]/.test(body.toString())
  return isOne ? undefined : `is no ${kind.toUpperCase()}`
}

/** Undefined for one that is not there, cannot be read, or is no picture of a sensible size. */
async function read(path: string, kind: keyof typeof mediaTypes) {
  try {
    const body = await readFile(`${path}.${kind}`)
    return pictureProblem(kind, body) === undefined ? { body, kind } : undefined
  } catch {
    return undefined
  }
}
