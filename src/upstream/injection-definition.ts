/** Owns the part of the catalogue's format that says how credentials get onto a request (quirks H1 to H10). */

import { Type, type Static } from 'typebox'
import { Entries, object, tagged, Template, Templates, UrlTemplate } from './definition-parts.ts'

export const SignatureMethod = Type.Enum(['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1', 'PLAINTEXT'], {
  default: 'HMAC-SHA1',
})

const HeaderInjection = object({ type: Type.Literal('header'), name: Type.String(), value: Template })

const jwtFields = {
  alg: Type.Enum(['RS256', 'ES256', 'HS256']),
  key: Template,
  key_encoding: Type.Enum(['text', 'hex'], { default: 'text' }),
  header: Templates,
  claims: Templates,
  ttl_s: Type.Integer({ minimum: 1 }),
}

export const Injection = tagged('type', [
  HeaderInjection,
  object({ type: Type.Literal('headers'), headers: Entries }),
  object({ type: Type.Literal('basic'), username: Template, password: Template }),
  object({ type: Type.Literal('query'), params: Entries }),
  object({ type: Type.Literal('path_prefix'), value: UrlTemplate }),
  object({ type: Type.Literal('body'), params: Entries }),
  // Left out, key and secrets are those of the OAuth client and of the connected account.
  object({
    type: Type.Literal('oauth1'),
    signature_method: SignatureMethod,
    realm: Type.Optional(Template),
    client_id: Type.Optional(Template),
    client_secret: Type.Optional(Template),
    token: Type.Optional(Template),
    token_secret: Type.Optional(Template),
  }),
  object({
    type: Type.Literal('aws_sigv4'),
    access_key_id: Template,
    secret_access_key: Template,
    session_token: Type.Optional(Template),
    region: Type.String({ default: 'from_host' }),
    service: Type.String({ default: 'from_host' }),
  }),
  object({
    type: Type.Literal('jwt_bearer'),
    ...jwtFields,
    send: Type.Optional(
      Type.Unsafe<Static<typeof HeaderInjection>>({
        ...HeaderInjection,
        description: 'Left out: as a bearer token. The signed token is derived.access_token',
      }),
    ),
  }),
  object({
    type: Type.Literal('jwt_assertion'),
    ...jwtFields,
    token_url: UrlTemplate,
    grant_type: Type.String({ default: 'urn:ietf:params:oauth:grant-type:jwt-bearer' }),
    send: HeaderInjection,
  }),
  object({
    type: Type.Literal('client_credentials'),
    token_url: UrlTemplate,
    client_id: Template,
    client_secret: Template,
    client_auth: Type.Enum(['body', 'basic'], { default: 'basic' }),
    params: Templates,
    send: HeaderInjection,
  }),
])
export type Injection = Static<typeof Injection>
