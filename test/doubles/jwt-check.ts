/** Owns taking a JWT apart as a provider does (RFC 7515), without our code. */
import { createHmac, createVerify, type KeyObject } from 'node:crypto'

export interface ReadJwt {
  header: Record<string, unknown>
  claims: Record<string, unknown>
}

/** Undefined where the signature does not hold under this key, or the header names another algorithm. */
export function readJwt(
  token: string | undefined,
  alg: 'RS256' | 'ES256' | 'HS256',
  key: KeyObject | Buffer,
): ReadJwt | undefined {
  const [header = '', claims = '', signature = ''] = (token ?? '').split('.')
  const decode = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString() || '{}') as Record<string, unknown>
  const input = `${header}.${claims}`
  const bytes = Buffer.from(signature, 'base64url')
  const holds =
    alg === 'HS256'
      ? createHmac('sha256', key).update(input).digest().equals(bytes)
      : createVerify('sha256')
          .update(input)
          .verify({ key: key as KeyObject, dsaEncoding: 'ieee-p1363' }, bytes)
  return holds && decode(header)['alg'] === alg
    ? { header: decode(header), claims: decode(claims) }
    : undefined
}
