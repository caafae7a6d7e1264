/** Owns turning the bytes of a body into a value: UTF-8 and strict JSON, or a form without repeated fields. */
import { BadRequest } from './errors.ts'
import { parseStrictJson } from './strict-json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new BadRequest('The body is not valid UTF-8', { code: 'invalid_body', cause })
  }
}

/** An empty body is no body: some clients label their empty DELETE as JSON. */
export const readJsonBody = (bytes: Buffer): unknown =>
  bytes.length === 0 ? undefined : parseStrictJson(decode(bytes))

/** @throws BadRequest when a field comes twice (RFC 6749 section 3.2 forbids it, and the last would win in silence) */
export function readFormBody(bytes: Buffer): Record<string, string> {
  const fields = new URLSearchParams(decode(bytes))
  const names = [...fields.keys()]
  if (new Set(names).size !== names.length)
    throw new BadRequest('A field is there twice', { code: 'invalid_body' })
  return Object.fromEntries(fields)
}
