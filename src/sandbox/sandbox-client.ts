/** Owns the one client that the sandbox provider knows, and how it proves itself. */
import { digest, equalDigests } from '../platform/crypto/secrets.ts'
import type { SandboxSettings, TokenForm } from './contract.ts'

/** Documented constants, the same on every instance: they open nothing but the sandbox. */
export const SANDBOX_CLIENT_ID = 'acme-sandbox-client'
export const SANDBOX_CLIENT_SECRET = 'acme-sandbox-secret'

export interface Authorization {
  /** The raw header. */
  authorization: string | undefined
}

type ClientProof = Authorization & Pick<TokenForm, 'client_id' | 'client_secret'>

/** Whether the client proved itself in the one way that `client_auth` asks for; two ways at once never do (RFC 6749 section 2.3). */
export function isSandboxClient(proof: ClientProof, { client_auth }: SandboxSettings): boolean {
  const { authorization, client_id: id, client_secret: secret } = proof
  if (authorization === undefined)
    return client_auth !== 'basic' && id === SANDBOX_CLIENT_ID && isEqual(secret, SANDBOX_CLIENT_SECRET)
  if (client_auth === 'body' || secret !== undefined) return false
  if (id !== undefined && id !== SANDBOX_CLIENT_ID) return false
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  const pair = encoded && Buffer.from(encoded, 'base64').toString('utf8')
  // The form encoding of section 2.3.1 leaves both constants as they are.
  return isEqual(pair, `${SANDBOX_CLIENT_ID}:${SANDBOX_CLIENT_SECRET}`)
}

const isEqual = (given: string | undefined, expected: string) =>
  given !== undefined && equalDigests(digest(given), digest(expected))
