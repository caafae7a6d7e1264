/** Owns what is signed with other people's private keys: JWTs (RFC 7515) and OAuth 1 requests. The keys are theirs and come as text. */
import { createHash, createPrivateKey, createPublicKey, createSign, sign, type KeyObject } from 'node:crypto'
import { BadRequest } from '../errors.ts'
import { hmac } from './hmac.ts'

export type AssertionAlgorithm = 'RS256' | 'ES256' | 'HS256'

export interface Assertion {
  alg: AssertionAlgorithm
  /** PEM for RS256 and ES256; for HS256 the shared secret, as bytes where it was written in another encoding. */
  key: string | Buffer
  /** Beside `alg` and `typ`, for example `kid`. */
  header?: Readonly<Record<string, string>>
  claims: Readonly<Record<string, unknown>>
}

/** The compact form. @throws BadRequest `private_key_unusable`, never with the key */
export function signAssertion({ alg, key, header, claims }: Assertion): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const input = `${encode({ alg, typ: 'JWT', ...header })}.${encode(claims)}`
  return `${input}.${signatureOf(alg, key, input).toString('base64url')}`
}

function signatureOf(alg: AssertionAlgorithm, key: string | Buffer, input: string): Buffer {
  if (alg === 'HS256') {
    if (key.length === 0) throw unusable('The key is empty')
    return hmac('sha256', key, input)
  }
  const type = alg === 'RS256' ? 'rsa' : 'ec'
  const privateKey = readPrivateKey(key.toString())
  if (privateKey.asymmetricKeyType !== type) throw unusable(`The private key is not one for ${alg}`)
  // RFC 7518 section 3.4: the two numbers side by side, not DER.
  return sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
}

/** The algorithm that a private key is for; others than RSA and P-256 are refused. @throws BadRequest `private_key_unusable` */
export function algorithmOf(pem: string): 'RS256' | 'ES256' {
  const { asymmetricKeyType, asymmetricKeyDetails } = readPrivateKey(pem)
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  throw unusable('The private key is neither RSA nor P-256')
}

/** SHA-256 over the public half (SubjectPublicKeyInfo, DER) in base64, as Snowflake shows it. @throws BadRequest `private_key_unusable` */
export function publicKeyFingerprint(privatePem: string): string {
  const der = createPublicKey(readPrivateKey(privatePem)).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64')
}

/** RFC 5849 section 3.4.3. @throws BadRequest `private_key_unusable` */
export const signRsaSha1 = (privatePem: string, text: string): Buffer =>
  createSign('RSA-SHA1').update(text).sign(readPrivateKey(privatePem))

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(inLines(pem))
  } catch {
    // Without the cause: a parser may quote what it could not read.
    throw unusable('The private key cannot be read: a PEM text without a passphrase is needed')
  }
}

/** Keys come out of JSON files, with `\n` where a line ended, and out of fields that take line breaks away. PEM is read by its lines (RFC 7468). */
function inLines(pem: string): string {
  const [, label, body = ''] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.*?)-----END \1-----/s.exec(pem) ?? []
  const lines = body.replace(/\\[nr]|\s/g, '').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n')
}

const unusable = (message: string) => new BadRequest(message, { code: 'private_key_unusable' })
