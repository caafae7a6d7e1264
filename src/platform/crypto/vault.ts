/** Owns sealing and opening: AES-256-GCM under a data key, the data key wrapped by the key ring, both bound to their row. */
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { Unavailable } from '../errors.ts'
import type { KeyRing } from './key-ring.ts'
import { randomBytesPooled } from './secrets.ts'

/** Where a sealed value lives. All of it is authenticated: a value moved to another row, tenant or generation does not open. */
export interface Binding {
  table: string
  column: string
  row: string
  workspace?: string
  project?: string
  environment?: string
  externalUser?: string
  generation?: number
}

export interface Vault {
  /** Ids of the keys this process holds, newest first. */
  readonly keyIds: readonly string[]
  /** A new data key for one row, wrapped: `k1.<key id>.<nonce>.<ciphertext and tag>`. */
  createDataKey(binding: Binding): string
  /** `d1.<nonce>.<ciphertext and tag>` under the row's data key. */
  sealWith(dataKey: string, binding: Binding, plaintext: string): string
  /** @throws SealBroken when either part was altered or belongs elsewhere; KeyNotHeld */
  openWith(dataKey: string, binding: Binding, sealed: string): string
  /** For a secret that stands alone in its row: a data key of its own and the sealed text, joined by `~`. */
  seal(binding: Binding, plaintext: string): string
  /** @throws SealBroken when any part was altered or belongs elsewhere; KeyNotHeld */
  open(binding: Binding, sealed: string): string
}

/** A sealed value that does not open: altered, cut or moved. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

/** 503: sealed by a key that this process was not given. Nothing is lost; a process that holds the key opens it. */
export class KeyNotHeld extends Unavailable {
  constructor(detail: string) {
    super('This server does not have the key of this value yet', KEY_RETRY_AFTER_SECONDS, {
      code: 'vault_key_missing',
      detail,
    })
  }
}
const KEY_RETRY_AFTER_SECONDS = 30

const NONCE_BYTES = 12
// Passed explicitly: without it Node accepts a tag cut to four bytes.
const TAG_BYTES = 16
const DATA_KEY_BYTES = 32

/** `instanceId` enters every binding, so that a row copied to another installation with the same key does not open. */
export function openVault(keys: KeyRing, instanceId: string, onWrap: () => void = () => {}): Vault {
  const byId = new Map(keys.map((key) => [key.id, key.key]))
  const newest = keys[0]

  const associated = (kind: string, keyId: string, at: Binding) =>
    Buffer.from(
      JSON.stringify([
        kind,
        instanceId,
        keyId,
        at.table,
        at.column,
        at.row,
        at.workspace ?? null,
        at.project ?? null,
        at.environment ?? null,
        at.externalUser ?? null,
        at.generation ?? null,
      ]),
    )

  function createDataKey(binding: Binding): string {
    onWrap()
    const dataKey = randomBytes(DATA_KEY_BYTES)
    const wrapped = encrypt(newest.key, associated('k1', newest.id, keyBinding(binding)), dataKey)
    dataKey.fill(0)
    return `k1.${newest.id}.${wrapped}`
  }

  function unwrap(dataKey: string, binding: Binding): KeyObject {
    const [version, keyId, nonce, body, extra] = dataKey.split('.')
    if (version !== 'k1' || !keyId || !nonce || !body || extra !== undefined) {
      throw new SealBroken('unknown data key format')
    }
    const key = byId.get(keyId)
    if (!key) {
      throw new KeyNotHeld(
        `data key is wrapped by key "${keyId}"; this process holds ${[...byId.keys()].join(', ')}`,
      )
    }
    const bytes = decrypt(key, associated('k1', keyId, keyBinding(binding)), nonce, body)
    const unwrapped = createSecretKey(bytes)
    bytes.fill(0)
    return unwrapped
  }

  function sealWith(dataKey: string, binding: Binding, plaintext: string): string {
    return `d1.${encrypt(unwrap(dataKey, binding), associated('d1', '', binding), Buffer.from(plaintext))}`
  }

  function openWith(dataKey: string, binding: Binding, sealed: string): string {
    const [version, nonce, body, extra] = sealed.split('.')
    if (version !== 'd1' || !nonce || !body || extra !== undefined)
      throw new SealBroken('unknown envelope format')
    return decrypt(unwrap(dataKey, binding), associated('d1', '', binding), nonce, body).toString('utf8')
  }

  return {
    keyIds: keys.map((key) => key.id),
    createDataKey,
    sealWith,
    openWith,
    seal(binding, plaintext) {
      const dataKey = createDataKey(binding)
      return `${dataKey}~${sealWith(dataKey, binding, plaintext)}`
    },
    open(binding, sealed) {
      const [dataKey, body, extra] = sealed.split('~')
      if (!dataKey || !body || extra !== undefined) throw new SealBroken('unknown envelope format')
      return openWith(dataKey, binding, body)
    },
  }
}

/** A data key serves its row through all generations and columns; only the sealed text is bound to those. */
function keyBinding(binding: Binding): Binding {
  const { generation: _generation, column: _column, ...row } = binding
  return { ...row, column: 'data_key' }
}

function encrypt(key: KeyObject, associatedData: Buffer, plaintext: Buffer): string {
  const nonce = randomBytesPooled(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associatedData)
  const body = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  return `${nonce.toString('base64url')}.${body.toString('base64url')}`
}

function decrypt(key: KeyObject, associatedData: Buffer, nonceText: string, bodyText: string): Buffer {
  const nonce = Buffer.from(nonceText, 'base64url')
  const body = Buffer.from(bodyText, 'base64url')
  if (nonce.length !== NONCE_BYTES || body.length < TAG_BYTES) throw new SealBroken('unknown envelope format')
  // Node's decoder skips foreign characters: without this check many texts would open as the same bytes.
  if (nonce.toString('base64url') !== nonceText || body.toString('base64url') !== bodyText) {
    throw new SealBroken('unknown envelope format')
  }
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData)
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES))
  const plaintext = decipher.update(body.subarray(0, body.length - TAG_BYTES))
  try {
    // update() hands out all bytes before the tag is checked; nothing leaves this function until final() has agreed.
    decipher.final()
    return plaintext
  } catch (cause) {
    plaintext.fill(0)
    throw new SealBroken('integrity check failed', { cause })
  }
}
