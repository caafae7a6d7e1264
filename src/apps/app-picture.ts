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

/** Undefined for one that is not there, cannot be read, or is no picture of a sensible size. */
async function read(path: string, kind: keyof typeof mediaTypes) {
  try {
    const body = await readFile(`${path}.${kind}`)
    return body.length > 0 && body.length <= MAX_BYTES ? { body, kind } : undefined
  } catch {
    return undefined
  }
}
