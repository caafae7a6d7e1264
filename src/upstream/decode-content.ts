/** Owns undoing a content coding that a server applied although it was asked not to, within a bound. */

import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/**
 * The body without its content coding; never more than `maxBytes`, whatever it would expand to. An unknown coding
 * or a broken body is handed back as it came, for the reader of the answer to judge.
 */
export async function decodeContent(
  body: Buffer,
  coding: string | undefined,
  maxBytes: number,
): Promise<Buffer | 'too_large'> {
  const name = (coding ?? '').trim().toLowerCase()
  if (body.length === 0 || !Object.hasOwn(decoders, name)) return body
  try {
    return await decoders[name as keyof typeof decoders](body, { maxOutputLength: maxBytes })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : body
  }
}
