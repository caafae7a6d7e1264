/** Owns identifiers: a prefix that names the kind and 95 random bits, so that an id reveals neither order nor volume. */
import { randomBytesPooled } from './secrets.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 16

/** A new id such as `apn_8fK…`: `prefix`, an underscore, 16 letters or digits (contract 2.C, "Ids"). */
export function mintId<Prefix extends string>(prefix: Prefix): `${Prefix}_${string}` {
  let text = ''
  while (text.length < LENGTH) {
    for (const byte of randomBytesPooled(LENGTH)) {
      // 248 is the largest multiple of 62 below 256: taking the rest would favour the first letters.
      if (byte < 248 && text.length < LENGTH) text += ALPHABET[byte % 62]
    }
  }
  return `${prefix}_${text}`
}

/** A random whole number that JavaScript and JSON hold exactly (52 bits). */
export const mintNumber = (): number =>
  randomBytesPooled(8).readUIntBE(0, 6) * 16 + (randomBytesPooled(1)[0]! & 15)

/** What cannot be an id never reaches the database, which may refuse it (NUL in PostgreSQL). */
export const isAccountId = (id: string): boolean => /^apn_[0-9a-zA-Z]{1,60}$/.test(id)
