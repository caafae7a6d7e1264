/** Owns checking an OAuth 1 signature as a provider does, written down from RFC 5849 and not from our code. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { DoubleRequest } from './double.ts'

/** The parameters of an Authorization header (section 3.5.1), decoded, and the realm apart. */
export function readAuthorization(header: string | undefined): Map<string, string> {
  const [, parameters] = /^OAuth\s+(.*)$/.exec(header ?? '') ?? []
  assert.ok(parameters, 'no OAuth header')
  return new Map(
    parameters.split(/,\s*/).map((pair) => {
      const [, name, value] = /^([\w]+)="(.*)"$/.exec(pair) ?? []
      assert.ok(name !== undefined && value !== undefined, `unreadable: ${pair}`)
      return [decodeURIComponent(name), decodeURIComponent(value)] as const
    }),
  )
}

/** Section 3.6, byte by byte. */
const escape = (text: string): string =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return /[A-Za-z0-9\-._~]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')

/** A query or a form as pairs, `+` for a blank (section 3.4.1.3.1). */
const pairsOf = (text: string): [string, string][] =>
  text === ''
    ? []
    : text.split('&').map((pair) => {
        const at = pair.indexOf('=')
        const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
        const read = (part: string) => decodeURIComponent(part.replaceAll('+', ' '))
        return [read(name), read(value)]
      })

/** Whether the request is signed by HMAC with these two secrets (section 3.4). */
export function isSigned(
  request: Pick<DoubleRequest, 'method' | 'url' | 'headers' | 'body'>,
  clientSecret: string,
  tokenSecret: string,
): boolean {
  const given = readAuthorization(request.headers['authorization'])
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const parameters = [
    ...pairsOf(request.url.search.slice(1)),
    ...(isForm ? pairsOf(request.body) : []),
    ...[...given].filter(([name]) => name !== 'oauth_signature' && name !== 'realm'),
  ]
    .map(([name, value]) => `${escape(name)}=${escape(value)}`)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const { protocol, host, pathname } = request.url
  const base = [request.method, `${protocol}//${host}${pathname}`, parameters.join('&')].map(escape).join('&')
  const hash = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' }[given.get('oauth_signature_method') ?? '']
  assert.ok(hash, 'another signature method')
  const key = `${escape(clientSecret)}&${escape(tokenSecret)}`
  return createHmac(hash, key).update(base).digest('base64') === given.get('oauth_signature')
}
