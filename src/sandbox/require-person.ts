/** Owns whose credential opens the sandbox provider's API: an access token or a key. */
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { Unauthorized } from '../platform/errors.ts'
import { findPerson, type Person } from './people.ts'
import { findGrantByAccessToken } from './store.ts'

export interface ApiCredential {
  /** The raw `Authorization` header; where it is there, it counts and the key does not. */
  authorization: string | undefined
  /** The `X-Acme-Key` header. */
  key: string | undefined
}

/** @throws Unauthorized with the challenge of RFC 6750 section 3 */
export async function requirePerson(
  { db, clock }: Pick<App, 'db' | 'clock'>,
  { authorization, key }: ApiCredential,
): Promise<Person> {
  if (authorization !== undefined) {
    const token = /^bearer ([\w-]+)$/i.exec(authorization)?.[1]
    const grant = token === undefined ? undefined : await findGrantByAccessToken(db.read, digest(token))
    const person =
      grant && (grant.access_expires_at ?? 0) > clock.now() ? findPerson(grant.person) : undefined
    if (person) return person
    throw unauthorized('The access token is not good, or has expired', ', error="invalid_token"')
  }
  if (key === undefined) throw unauthorized('Send an access token, or a key as X-Acme-Key', '')
  if (!/^acme_./.test(key)) throw unauthorized('The key is not good: a key begins with acme_', '')
  return keyHolder(key)
}

/** One person for each key, the same each time. */
function keyHolder(key: string): Person {
  const id = `key_${digest(key).slice(0, 12)}`
  return { id, name: 'Key Example', email: 'key@example.com' }
}

const unauthorized = (message: string, challenge: string) =>
  new Unauthorized(message, {
    code: 'unauthorized',
    headers: { 'www-authenticate': `Bearer realm="acme"${challenge}` },
  })
