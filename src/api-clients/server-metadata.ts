/** Owns the authorization server's self-description (RFC 8414). Every address comes from configuration, never from the Host header. */
import { API_SCOPES } from '../access/scopes.ts'

const CLIENT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post']

export const serverMetadata = (issuer: string) => ({
  issuer,
  token_endpoint: `${issuer}/v1/oauth/token`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  revocation_endpoint: `${issuer}/v1/oauth/revoke`,
  introspection_endpoint: `${issuer}/v1/oauth/introspect`,
  scopes_supported: [...API_SCOPES],
  response_types_supported: [],
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
  revocation_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
  introspection_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
})
