/** Owns the vault's key-encryption keys: reading them from text, naming them, refusing bad ones. */
import { createSecretKey, hash, randomBytes, type KeyObject } from 'node:crypto'

export interface VaultKey {
  readonly id: string
  readonly key: KeyObject
}

/** Keys in order: the first seals, all open. */
export type KeyRing = readonly [VaultKey, ...VaultKey[]]

const KEY_BYTES = 32
const ID_PATTERN = /^[a-z0-9][a-z0-9_-]{0,31}$/

/** Why a key ring cannot be used. The text never holds key material. */
export class BadKeyRing extends Error {
  override readonly name = 'BadKeyRing'
}

/**
 * Reads `id:base64` entries separated by commas or line ends; `#` starts a comment line. Each key is exactly 32 bytes.
 * @throws BadKeyRing with the entry's position, never its value
 */
export function parseKeyRing(text: string): KeyRing {
  const entries = text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const keys = entries.map((entry, index) => parseKey(entry, index + 1))
  const ids = new Set(keys.map((key) => key.id))
  if (ids.size !== keys.length) throw new BadKeyRing('two keys have the same id')
  const [first, ...rest] = keys
  if (!first) throw new BadKeyRing('no key given; expected id:base64 of 32 bytes')
  return [first, ...rest]
}

function parseKey(entry: string, position: number): VaultKey {
  const colon = entry.indexOf(':')
  const id = entry.slice(0, colon)
  if (colon < 1 || !ID_PATTERN.test(id)) {
    throw new BadKeyRing(
      `key ${position}: expected id:base64, with an id of lower-case letters, digits, - and _`,
    )
  }
  const encoded = entry.slice(colon + 1)
  const bytes = Buffer.from(encoded, 'base64')
  if (
    bytes.length !== KEY_BYTES ||
    bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')
  ) {
    throw new BadKeyRing(`key ${position} (${id}): expected the base64 of exactly ${KEY_BYTES} bytes`)
  }
  return { id, key: createSecretKey(bytes) }
}

/** The text of a new ring with one random key, ready for a key file. The id is taken from the key's own digest. */
export function newKeyRingText(): string {
  const bytes = randomBytes(KEY_BYTES)
  return `k${hash('sha256', bytes, 'hex').slice(0, 8)}:${bytes.toString('base64')}\n`
}
