/** Owns the Authorization header of a request signed by OAuth 1.0 (RFC 5849 sections 3.1 and 3.5.1). */

import { mintHex } from '../platform/crypto/secrets.ts'
import {
  signatureBase,
  signOAuth1,
  type OAuth1Method,
  type OAuth1Secrets,
  type Parameter,
} from './oauth1-signature.ts'
import { percentEncode } from './percent-encode.ts'

export interface OAuth1Request {
  method: string
  url: URL
  /** Of a body in application/x-www-form-urlencoded, decoded; no other body is signed. */
  form?: readonly Parameter[]
}

export interface OAuth1Signer {
  signatureMethod: OAuth1Method
  clientId: string
  secrets: OAuth1Secrets
  /** Absent while asking for a request token. */
  token?: string
  realm?: string
  /** Milliseconds since the epoch. */
  now: number
}

/** `more` are further protocol parameters: `oauth_callback`, `oauth_verifier`. The nonce has 128 random bits. */
export function oauth1Authorization(
  { method, url, form = [] }: OAuth1Request,
  { signatureMethod, clientId, secrets, token, realm, now }: OAuth1Signer,
  more: Readonly<Record<string, string>> = {},
): string {
  const protocol: Parameter[] = Object.entries({
    oauth_consumer_key: clientId,
    ...(token === undefined ? {} : { oauth_token: token }),
    oauth_signature_method: signatureMethod,
    oauth_timestamp: String(Math.floor(now / 1000)),
    oauth_nonce: mintHex(16),
    oauth_version: '1.0',
    ...more,
  })
  // The realm is in the header and not in the signature (section 3.4.1.3.1).
  const base = signatureBase(method, url, [...protocol, ...form])
  const signature = signOAuth1(signatureMethod, base, secrets)
  const parts = [...protocol, ['oauth_signature', signature] as const].map(
    ([name, value]) => `${percentEncode(name)}="${percentEncode(value)}"`,
  )
  return `OAuth ${[...(realm === undefined ? [] : [`realm="${quoted(realm)}"`]), ...parts].join(', ')}`
}

const quoted = (text: string) => text.replace(/["\\]/g, '\\$&')
