/** Owns the echo of a request: what arrived, with credentials told apart but not told. */
import { digest } from '../platform/crypto/secrets.ts'
import type { EchoAnswer } from './contract.ts'

const CREDENTIAL_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-acme-key'])
const DIGEST_CHARACTERS = 12

export interface ArrivedRequest {
  method: string
  query: Readonly<Record<string, unknown>>
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** As it came; undefined for none. */
  body: Buffer | undefined
}

export const echoRequest = ({ method, query, headers, body }: ArrivedRequest): EchoAnswer => ({
  method,
  query,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      CREDENTIAL_HEADERS.has(name) ? shownDigest(String(value)) : value,
    ]),
  ),
  ...echoBody(String(headers['content-type'] ?? ''), body),
})

/** `Bearer abc` -> `Bearer sha256:...`: enough to see whether two requests carried the same one. */
function shownDigest(value: string): string {
  const [, scheme = '', credential = ''] = /^((?:bearer|basic) +)?(.*)$/is.exec(value) ?? []
  return `${scheme}sha256:${digest(credential).slice(0, DIGEST_CHARACTERS)}`
}

function echoBody(type: string, body: Buffer | undefined): Pick<EchoAnswer, 'body' | 'body_encoding'> {
  if (!body || body.length === 0) return { body_encoding: 'none', body: null }
  const text = body.toString('utf8')
  if (!Buffer.from(text).equals(body)) return { body_encoding: 'base64', body: body.toString('base64') }
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) return { body_encoding: 'text', body: text }
  try {
    return { body_encoding: 'json', body: JSON.parse(text) as unknown }
  } catch {
    return { body_encoding: 'text', body: text } // Labelled JSON and none: shown as it came.
  }
}
