/** Owns the signatures of OAuth 1.0 (RFC 5849 section 3.4). */

import { hmac } from '../platform/crypto/hmac.ts'
import { signRsaSha1 } from '../platform/crypto/private-key.ts'
import type { OAuth1Definition } from './app-definition.ts'
import { percentEncode } from './percent-encode.ts'

export type OAuth1Method = OAuth1Definition['signature_method']
export type Parameter = readonly [name: string, value: string]

export interface OAuth1Secrets {
  /** For RSA-SHA1 the private key (PEM) that the provider knows the public half of. */
  client: string
  /** Empty as long as there is no token. */
  token: string
}

/**
 * Section 3.4.1. `parameters` are those of the header and of a form body, decoded; those of the query are read from `url`.
 */
export function signatureBase(method: string, url: URL, parameters: readonly Parameter[]): string {
  const every = [...new URLSearchParams(url.search), ...parameters]
  const normalized = every
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted(([nameA, a], [nameB, b]) => compare(nameA, nameB) || compare(a, b))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  // URL has lower-cased scheme and host and dropped the default port (section 3.4.1.2).
  const address = `${url.protocol}//${url.host}${url.pathname}`
  return [method.toUpperCase(), address, normalized].map(percentEncode).join('&')
}

/** By code unit, which for the ASCII that is left is byte order; `localeCompare` is not. */
const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

/** @throws BadRequest `private_key_unusable` for RSA-SHA1 with something else than a private key */
export function signOAuth1(method: OAuth1Method, base: string, secrets: OAuth1Secrets): string {
  const key = `${percentEncode(secrets.client)}&${percentEncode(secrets.token)}`
  switch (method) {
    case 'HMAC-SHA1':
      return hmac('sha1', key, base).toString('base64')
    case 'HMAC-SHA256':
      return hmac('sha256', key, base).toString('base64')
    case 'RSA-SHA1':
      return signRsaSha1(secrets.client, base).toString('base64')
    case 'PLAINTEXT':
      return key
  }
}
