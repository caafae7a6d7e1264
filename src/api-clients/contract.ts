/** Owns the wire shapes of the OAuth endpoints (seeds 000 and 001, RFC 6749, 7009, 7662, 8414). */
import { type Static, Type } from 'typebox'

const Parameter = Type.Optional(Type.String())

/** JSON or form. Unknown parameters are ignored (RFC 6749 section 3.2); an empty one counts as omitted. */
const clientCredentials = {
  client_id: Parameter,
  client_secret: Parameter,
  client_assertion: Type.Optional(Type.String({ description: 'Refused: only secrets are supported' })),
}

export const TokenBody = Type.Object(
  { grant_type: Parameter, scope: Parameter, ...clientCredentials },
  { description: 'client_credentials, with id and secret here or by HTTP Basic' },
)
export type TokenBody = Static<typeof TokenBody>

export const TokenAnswer = Type.Object({
  access_token: Type.String(),
  token_type: Type.String(),
  expires_in: Type.Integer({ description: 'Seconds' }),
  created_at: Type.Integer({ description: 'Seconds since the epoch' }),
  scope: Type.String(),
})

export const OneTokenBody = Type.Object({
  token: Parameter,
  token_type_hint: Type.Optional(Type.String({ description: 'Ignored' })),
  ...clientCredentials,
})
export type OneTokenBody = Static<typeof OneTokenBody>

export const IntrospectionAnswer = Type.Object({
  active: Type.Boolean(),
  scope: Type.Optional(Type.String()),
  client_id: Type.Optional(Type.String()),
  sub: Type.Optional(Type.String()),
  aud: Type.Optional(Type.String()),
  iss: Type.Optional(Type.String()),
  exp: Type.Optional(Type.Integer()),
  iat: Type.Optional(Type.Integer()),
  nbf: Type.Optional(Type.Integer()),
  jti: Type.Optional(Type.String()),
  token_type: Type.Optional(Type.String()),
})

export const OAuthErrorAnswer = Type.Object({
  error: Type.String(),
  error_description: Type.Optional(Type.String()),
})

export const MetadataAnswer = Type.Object({
  issuer: Type.String(),
  token_endpoint: Type.String(),
  jwks_uri: Type.String(),
  revocation_endpoint: Type.String(),
  introspection_endpoint: Type.String(),
  scopes_supported: Type.Array(Type.String()),
  response_types_supported: Type.Array(Type.String()),
  grant_types_supported: Type.Array(Type.String()),
  token_endpoint_auth_methods_supported: Type.Array(Type.String()),
  revocation_endpoint_auth_methods_supported: Type.Array(Type.String()),
  introspection_endpoint_auth_methods_supported: Type.Array(Type.String()),
})

/** Public members only: what is not listed here does not leave. */
export const JwksAnswer = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.String(),
      use: Type.String(),
      alg: Type.String(),
      kid: Type.String(),
      crv: Type.Optional(Type.String()),
      x: Type.Optional(Type.String()),
      n: Type.Optional(Type.String()),
      e: Type.Optional(Type.String()),
    }),
  ),
})
