/** Owns the JWTs that an account's own key signs, as the catalogue describes them (quirk H10). */

import { BadRequest } from '../platform/errors.ts'
import {
  publicKeyFingerprint,
  signAssertion,
  type AssertionAlgorithm,
} from '../platform/crypto/private-key.ts'
import { renderEntries, renderTemplate, type TemplateContext } from './template.ts'

export interface AccountJwt {
  alg: AssertionAlgorithm
  key: string
  key_encoding: 'text' | 'hex'
  header: Readonly<Record<string, string>>
  claims: Readonly<Record<string, string>>
  ttl_s: number
}

/** Clocks differ: a token from the future is refused everywhere. */
const BACKDATED_S = 10

/** `iat` and `exp` come from `now` (milliseconds). @throws BadRequest if a value is missing or the key is none */
export function signAccountJwt(jwt: AccountJwt, context: TemplateContext, now: number): string {
  const key = renderTemplate(jwt.key, context) ?? ''
  const withKey = {
    ...context,
    derived: {
      ...(context['derived'] as object | undefined),
      // A getter: few claims speak of it.
      get public_key_fingerprint() {
        return publicKeyFingerprint(key)
      },
    },
  }
  const iat = Math.floor(now / 1000) - BACKDATED_S
  return signAssertion({
    alg: jwt.alg,
    key: jwt.key_encoding === 'hex' ? fromHex(key) : key,
    header: renderEntries(jwt.header, withKey),
    claims: { iat, exp: iat + jwt.ttl_s, ...renderEntries(jwt.claims, withKey) },
  })
}

function fromHex(text: string): Buffer {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text))
    throw new BadRequest('The key is not hexadecimal', { code: 'private_key_unusable' })
  return Buffer.from(text, 'hex')
}
