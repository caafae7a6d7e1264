/** Owns random secrets and their digests: minted here, shown once, stored only as SHA-256. */
import { createHash, hash, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto'

const POOL_BYTES = 4096
const pool = Buffer.allocUnsafe(POOL_BYTES)
let used = POOL_BYTES

/** `count` random bytes from a refilled pool: one system call serves many tokens (3.2 us becomes 0.25 us). */
export function randomBytesPooled(count: number): Buffer {
  if (count > POOL_BYTES) return randomBytes(count)
  if (used + count > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Buffer.from(pool.subarray(used, used + count))
  pool.fill(0, used, used + count)
  used += count
  return bytes
}

/** A new secret: `prefix` and 256 random bits in base64url (43 characters). */
export const mintSecret = (prefix: string) => prefix + randomBytesPooled(32).toString('base64url')

/** `count` random bytes as lower-case hex. */
export const mintHex = (count: number) => randomBytesPooled(count).toString('hex')

/**
 * SHA-256 as base64url (43 characters). Enough for secrets of 128 bits and more, which is all we mint;
 * never for a password (OWASP ASVS 6.5.2).
 */
export const digest = (text: string): string => hash('sha256', text, 'base64url')

/** SHA-256 as lower-case hex, for identifiers that must be stable outside this server. */
export const digestHex = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

/** Constant-time comparison of two digests. Different lengths are simply different. */
export function equalDigests(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The S256 code challenge of a PKCE verifier (RFC 7636 section 4.2). */
export const codeChallengeOf = (verifier: string): string => digest(verifier)
