/** Owns how an OAuth client proves itself to a token endpoint. */

import { algorithmOf, signAssertion } from '../platform/crypto/private-key.ts'
import { digestHex, mintHex } from '../platform/crypto/secrets.ts'
import type { AppDefinition } from './app-definition.ts'
import { basicAuthorization } from './basic-authorization.ts'
import { misconfigured } from './token-request-failed.ts'
import { clientOf, oauth2Of, type UpstreamClient, type UpstreamValues } from './upstream-context.ts'

export interface ClientProof {
  parameters: Record<string, string | undefined>
  headers: Record<string, string>
}

export interface ProofFor {
  /** Of the call: what an assertion is made out to. */
  url: string
  /** The code or the refresh token that is sent with it. */
  grant: string | undefined
  /** Milliseconds. */
  now: number
}

const ASSERTION_TTL_S = 300

/** RFC 6749 section 2.3.1: one method, and only the configured one. @throws TokenRequestFailed `configuration` */
export function clientProof(app: AppDefinition, values: UpstreamValues, call: ProofFor): ClientProof {
  const oauth = oauth2Of(app)
  const client = clientOf(app, values)
  if (client === undefined)
    throw misconfigured('upstream_client_missing', `${app.name_slug} has no OAuth client`)
  const { id, secret } = client
  // The one transform there is: SHA-256 of secret|code, or at a refresh of secret|refresh_token.
  const inBody =
    oauth.client_secret_transform === undefined
      ? { client_id: id, client_secret: secret }
      : { client_id: id, hash: digestHex(`${secret ?? ''}|${call.grant ?? ''}`) }
  const publicClient = { parameters: { client_id: id }, headers: {} }
  const basic = {
    parameters: {},
    headers: { authorization: clientBasic(id, secret ?? '') },
  }
  switch (oauth.client_auth) {
    case 'body':
    case 'either':
      return { parameters: inBody, headers: {} }
    case 'basic':
      return basic
    case 'basic_if_secret':
      return secret === undefined ? publicClient : basic
    case 'none':
      return publicClient
    case 'private_key_jwt':
      return { parameters: { client_id: id, ...clientAssertion(client, call) }, headers: {} }
  }
}

/** RFC 7523 section 2.2. The client secret holds the private key; the setting `key_id` names it where the app asks for that. */
function clientAssertion({ id, secret = '', settings }: UpstreamClient, { url, now }: ProofFor) {
  const iat = Math.floor(now / 1000)
  const kid = settings?.['key_id']
  const assertion = signAssertion({
    alg: algorithmOf(secret),
    key: secret,
    ...(kid === undefined ? {} : { header: { kid } }),
    claims: { iss: id, sub: id, aud: url, jti: mintHex(16), iat, exp: iat + ASSERTION_TTL_S },
  })
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

/** RFC 6749 section 2.3.1 and appendix B: both halves form-encoded first. */
export const clientBasic = (id: string, secret: string): string =>
  basicAuthorization(formEncoded(id), formEncoded(secret))

const formEncoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
