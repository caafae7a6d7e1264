/** Owns signed JWTs (RFC 7519) under two algorithms; every check a verifier owes is in `verifyJwt`. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'

export type SigningAlgorithm = 'EdDSA' | 'RS256'

/** A public key as JWKS shows it: public members only, `kid` its RFC 7638 thumbprint. */
export interface PublicJwk extends JsonWebKey {
  kid: string
  alg: SigningAlgorithm
  use: 'sig'
}

export interface JwtSigner {
  readonly keyId: string
  readonly algorithm: SigningAlgorithm
  readonly privateKey: KeyObject
  /** The encoded header, the same for every token of this key. */
  readonly header: string
}

export interface JwtVerifier {
  readonly keyId: string
  readonly algorithm: SigningAlgorithm
  readonly publicKey: KeyObject
}

export type JwtClaims = Record<string, unknown>

/** A new key pair: the private half as PKCS 8 PEM (seal it), the public half as a JWK. */
export function generateSigningKey(algorithm: SigningAlgorithm): {
  privatePem: string
  publicJwk: PublicJwk
} {
  const pair =
    algorithm === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = pair.publicKey.export({ format: 'jwk' })
  return {
    privatePem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicJwk: { ...jwk, kid: thumbprint(jwk), alg: algorithm, use: 'sig' },
  }
}

/** RFC 7638 section 3: SHA-256 over the required members in lexicographic order. */
function thumbprint(jwk: JsonWebKey): string {
  const canonical =
    jwk.kty === 'RSA' ? { e: jwk.e, kty: jwk.kty, n: jwk.n } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x }
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url')
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function createSigner(jwk: PublicJwk, privatePem: string, type: string): JwtSigner {
  return {
    keyId: jwk.kid,
    algorithm: jwk.alg,
    privateKey: createPrivateKey(privatePem),
    header: encode({ alg: jwk.alg, kid: jwk.kid, typ: type }),
  }
}

export const createVerifier = (jwk: PublicJwk): JwtVerifier => ({
  keyId: jwk.kid,
  algorithm: jwk.alg,
  publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
})

const digestFor = (algorithm: SigningAlgorithm) => (algorithm === 'EdDSA' ? null : 'sha256')

export function signJwt(signer: JwtSigner, claims: JwtClaims): string {
  const input = `${signer.header}.${encode(claims)}`
  return `${input}.${sign(digestFor(signer.algorithm), Buffer.from(input), signer.privateKey).toString('base64url')}`
}

const COMPACT_FORM = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/
const MAX_LENGTH = 8192

/**
 * The claims of a token signed by one of `verifiers`, or undefined. Nothing in the header is believed (RFC 8725): `kid` only picks
 * one of our own keys, whose algorithm is fixed; `jku`, `x5u` and `jwk` are never looked at; `crit` and `b64` are refused.
 * Times are not judged here.
 */
export function verifyJwt(
  token: string,
  type: string,
  verifiers: ReadonlyMap<string, JwtVerifier>,
): JwtClaims | undefined {
  if (token.length > MAX_LENGTH) return undefined
  const parts = COMPACT_FORM.exec(token)
  if (!parts) return undefined
  const [, headerText, claimsText, signatureText] = parts as unknown as [string, string, string, string]
  const header = decodeObject(headerText)
  if (!header || header['typ'] !== type || 'crit' in header || 'b64' in header) return undefined
  const verifier = typeof header['kid'] === 'string' ? verifiers.get(header['kid']) : undefined
  if (!verifier || header['alg'] !== verifier.algorithm) return undefined
  const signature = decodeCanonical(signatureText)
  if (!signature) return undefined
  const input = Buffer.from(`${headerText}.${claimsText}`)
  if (!verify(digestFor(verifier.algorithm), input, verifier.publicKey, signature)) return undefined
  return decodeObject(claimsText)
}

/** Base64url that decodes and encodes back to itself: one token has one spelling. */
function decodeCanonical(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

function decodeObject(text: string): Record<string, unknown> | undefined {
  const bytes = decodeCanonical(text)
  if (!bytes) return undefined
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined // Not JSON: not a token of ours.
  }
}
