/** Owns checking signatures that others made with a secret we share with them. */
import { createHmac } from 'node:crypto'
import { equalDigests } from './secrets.ts'

/** Whether `signature` (hex, any letter case) is the HMAC-SHA-256 of `text` under `key`. Compared in constant time. */
export const isHmacSha256Hex = (key: string, text: string, signature: string): boolean =>
  equalDigests(createHmac('sha256', key).update(text).digest('hex'), signature.toLowerCase())
