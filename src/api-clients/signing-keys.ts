/** Owns the keys that sign access tokens: made, published before use, retired after the last token they signed has expired. */
import type { App } from '../app.ts'
import {
  createSigner,
  createVerifier,
  generateSigningKey,
  type JwtSigner,
  type JwtVerifier,
  type PublicJwk,
  type SigningAlgorithm,
} from '../platform/crypto/jwt.ts'
import type { Vault } from '../platform/crypto/vault.ts'
import { deleteSigningKey, insertSigningKey, listSigningKeys, retireSigningKeys } from './store.ts'
import { NotFound } from '../platform/errors.ts'
import { record } from '../audit/record.ts'

export const ACCESS_TOKEN_TTL_SECONDS = 3600
/** How far apart the clocks of two processes may be. */
export const CLOCK_LEEWAY_MS = 5_000
/** How long a client may cache the key set. */
export const JWKS_MAX_AGE_SECONDS = 300
/** A new key is published this long before it signs: longer than any cached key set lives. */
const PUBLISH_AHEAD_MS = 2 * JWKS_MAX_AGE_SECONDS * 1000

export const ACCESS_TOKEN_TYPE = 'at+jwt'

export interface SigningKeys {
  signer: JwtSigner
  verifiers: ReadonlyMap<string, JwtVerifier>
  published: readonly PublicJwk[]
}

const bindingOf = (id: string) => ({ table: 'signing_keys', column: 'private_pem', row: id })

async function addKey(
  app: Pick<App, 'db' | 'vault' | 'clock'>,
  algorithm: SigningAlgorithm,
  activeAt: number,
) {
  const { privatePem, publicJwk } = generateSigningKey(algorithm)
  await app.db.write((tx) =>
    insertSigningKey(tx, {
      id: publicJwk.kid,
      algorithm,
      public_jwk: JSON.stringify(publicJwk),
      private_pem: app.vault.seal(bindingOf(publicJwk.kid), privatePem),
      created_at: app.clock.now(),
      active_at: activeAt,
      retires_at: null,
    }),
  )
  return publicJwk.kid
}

/** At start: a first key, or one of the algorithm now asked for. */
export async function ensureSigningKey(app: Pick<App, 'db' | 'vault' | 'clock' | 'config'>): Promise<void> {
  const usable = (await listSigningKeys(app.db.read)).filter((row) => row.retires_at === null)
  if (usable.at(-1)?.algorithm === app.config.signingAlgorithm) return
  if (usable.length === 0) await addKey(app, app.config.signingAlgorithm, app.clock.now())
  else await rotateSigningKey(app)
}

/**
 * Adds a key that signs once every cached key set has expired (10 minutes); the keys before it verify until their last token has ended.
 * Returns the new key's id.
 */
export async function rotateSigningKey(app: Pick<App, 'db' | 'vault' | 'clock' | 'config'>): Promise<string> {
  const now = app.clock.now()
  const activeAt = now + PUBLISH_AHEAD_MS
  await app.db.write((tx) =>
    retireSigningKeys(tx, activeAt + ACCESS_TOKEN_TTL_SECONDS * 1000 + 2 * CLOCK_LEEWAY_MS),
  )
  const id = await addKey(app, app.config.signingAlgorithm, activeAt)
  await app.db.write((tx) =>
    record(tx, {
      at: now,
      workspaceId: null,
      projectId: null,
      actor: { kind: 'operator', id: null },
      action: 'signing_key.rotate',
      target: id,
    }),
  )
  return id
}

/** Emergency: every token this key signed is refused at once, on every process within a second. */
export async function removeSigningKey(
  app: Pick<App, 'db' | 'vault' | 'clock' | 'config'>,
  id: string,
): Promise<void> {
  const now = app.clock.now()
  if (!(await listSigningKeys(app.db.read)).some((key) => key.id === id)) throw new NotFound()
  // A successor that signs now comes first: between the two steps nobody is left without a key.
  await addKey(app, app.config.signingAlgorithm, now)
  const removed = await app.db.write(async (tx) => {
    if (!(await deleteSigningKey(tx, id))) return false
    await record(tx, {
      at: now,
      workspaceId: null,
      projectId: null,
      actor: { kind: 'operator', id: null },
      action: 'signing_key.remove',
      target: id,
    })
    return true
  })
  if (!removed) throw new NotFound()
}

/** Reads the key set, opening each private key once. */
export function signingKeyLoader(app: Pick<App, 'db' | 'vault' | 'clock'>): () => Promise<SigningKeys> {
  const signers = new Map<string, JwtSigner>()
  return async () => {
    const now = app.clock.now()
    const rows = (await listSigningKeys(app.db.read)).filter(
      (row) => row.retires_at === null || row.retires_at > now,
    )
    const active = rows.filter((row) => row.active_at <= now).at(-1) ?? rows[0]
    if (!active) throw new Error('no signing key; it is made at start')
    const jwks = rows.map((row) => JSON.parse(row.public_jwk) as PublicJwk)
    let signer = signers.get(active.id)
    if (!signer) {
      signer = openSigner(app.vault, active)
      signers.set(active.id, signer)
    }
    return {
      signer,
      verifiers: new Map(jwks.map((jwk) => [jwk.kid, createVerifier(jwk)])),
      published: jwks,
    }
  }
}

function openSigner(vault: Vault, row: { id: string; public_jwk: string; private_pem: string }): JwtSigner {
  return createSigner(
    JSON.parse(row.public_jwk) as PublicJwk,
    vault.open(bindingOf(row.id), row.private_pem),
    ACCESS_TOKEN_TYPE,
  )
}
