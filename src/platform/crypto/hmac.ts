/** Owns signatures under a secret that is shared with somebody else: checking theirs and making ours. */
import { createHmac } from 'node:crypto'
import { equalDigests } from './secrets.ts'

/** Whether `signature` (hex, any letter case) is the HMAC-SHA-256 of `text` under `key`. Compared in constant time. */
export const isHmacSha256Hex = (key: string, text: string, signature: string): boolean =>
  equalDigests(hmac('sha256', key, text).toString('hex'), signature.toLowerCase())

/** RFC 2104. SHA-1 only where a protocol has nothing else (OAuth 1.0). */
export const hmac = (hash: 'sha1' | 'sha256', key: string | Buffer, text: string): Buffer =>
  createHmac(hash, key).update(text).digest()
