/** Owns a project's logo: what is taken for one, and handing it out. A picture only: SVG can hold scripts and is refused. */
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { digestHex } from '../platform/crypto/secrets.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import { findLogo, putLogo } from './store.ts'

export const MAX_LOGO_BYTES = 256 * 1024

/** First bytes of a file -> what it is; the name that came with it is not believed. */
const KINDS: [string, (bytes: Buffer) => boolean][] = [
  ['image/png', (bytes) => bytes.subarray(0, 8).toString('hex') === '89504e470d0a1a0a'],
  ['image/jpeg', (bytes) => bytes.subarray(0, 3).toString('hex') === 'ffd8ff'],
  [
    'image/webp',
    (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  ],
]

/** The bytes of a `data:` URI. @throws BadRequest */
export function readLogo(dataUri: string): Buffer {
  const [, base64] = /^data:[a-z]+\/[a-z0-9.+-]+;base64,([A-Za-z0-9+/]+={0,2})$/.exec(dataUri) ?? []
  if (base64 === undefined)
    throw new BadRequest('logo must be a data: URI with base64 content', { code: 'invalid_parameter' })
  return Buffer.from(base64, 'base64')
}

/** @throws BadRequest when it is too large or no PNG, JPEG or WebP */
export function mediaTypeOf(bytes: Buffer): string {
  if (bytes.length > MAX_LOGO_BYTES)
    throw new BadRequest('The logo must have 256 KB at most', { code: 'invalid_parameter' })
  const mediaType = KINDS.find(([, isOne]) => isOne(bytes))?.[0]
  if (mediaType === undefined)
    throw new BadRequest('The logo must be a PNG, JPEG or WebP picture', { code: 'invalid_parameter' })
  return mediaType
}

/** Returns the digest that is its address. @throws BadRequest as mediaTypeOf */
export async function setProjectLogo(
  app: Pick<App, 'db' | 'clock' | 'projects'>,
  tenant: { workspaceId: string; projectId: string },
  bytes: Buffer,
  actor: { kind: string; id: string | null },
): Promise<string> {
  const mediaType = mediaTypeOf(bytes)
  const now = app.clock.now()
  const digest = digestHex(bytes)
  await app.db.write(async (tx) => {
    await putLogo(tx, tenant, {
      project_id: tenant.projectId,
      digest,
      media_type: mediaType,
      content: bytes.toString('base64'),
      updated_at: now,
    })
    await record(tx, {
      at: now,
      workspaceId: tenant.workspaceId,
      projectId: tenant.projectId,
      actor,
      action: 'project.update',
      target: tenant.projectId,
      details: { changed: 'logo' },
    })
  })
  app.projects.forget(tenant.projectId)
  return digest
}

/** By the digest of its content, which is no secret: whoever sees the page sees it. @throws NotFound */
export async function readProjectLogo(
  app: Pick<App, 'db'>,
  digest: string,
): Promise<{ mediaType: string; content: Buffer }> {
  const found = /^[0-9a-f]{64}$/.test(digest) ? await findLogo(app.db.read, digest) : undefined
  if (!found) throw new NotFound()
  return { mediaType: found.media_type, content: Buffer.from(found.content, 'base64') }
}
