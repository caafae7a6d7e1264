/** Owns reading and making JWTs for tests: with the server's own key, taken from its database, or with a stranger's. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { listSigningKeys } from '../../src/api-clients/store.ts'
import type { App } from '../../src/app.ts'

type Part = Record<string, unknown>

export const encodePart = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')

const decodePart = (token: string, index: number): Part =>
  JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as Part

export const headerOf = (token: string): Part => decodePart(token, 0)
export const claimsOf = (token: string): Part => decodePart(token, 1)

export interface ServerKey {
  kid: string
  privateKey: KeyObject
  publicJwk: Record<string, string>
}

/** The newest key that this server signs with. */
export async function serverKey(app: App): Promise<ServerKey> {
  const row = (await listSigningKeys(app.db.read)).at(-1)!
  const pem = app.vault.open({ table: 'signing_keys', column: 'private_pem', row: row.id }, row.private_pem)
  return {
    kid: row.id,
    privateKey: createPrivateKey(pem),
    publicJwk: JSON.parse(row.public_jwk) as Record<string, string>,
  }
}

/** Signs whatever it is given with an Ed25519 key; `header` and `claims` may be raw JSON text. */
export function forge(key: KeyObject, header: unknown, claims: unknown): string {
  const input = `${encodePart(header)}.${encodePart(claims)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}
