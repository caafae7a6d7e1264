/** Owns how an OAuth client proves itself to a token endpoint. */

import type { AppDefinition } from './app-definition.ts'
import { basicAuthorization } from './basic-authorization.ts'
import { misconfigured } from './token-request-failed.ts'
import { clientOf, oauth2Of, type UpstreamValues } from './upstream-context.ts'

export interface ClientProof {
  parameters: Record<string, string | undefined>
  headers: Record<string, string>
}

/** RFC 6749 section 2.3.1: one method, and only the configured one. @throws TokenRequestFailed `configuration` */
export function clientProof(app: AppDefinition, values: UpstreamValues): ClientProof {
  const oauth = oauth2Of(app)
  const client = clientOf(app, values)
  if (client === undefined)
    throw misconfigured('upstream_client_missing', `${app.name_slug} has no OAuth client`)
  const { id, secret } = client
  const inBody = { parameters: { client_id: id, client_secret: secret }, headers: {} }
  const publicClient = { parameters: { client_id: id }, headers: {} }
  const basic = {
    parameters: {},
    headers: { authorization: basicAuthorization(formEncoded(id), formEncoded(secret ?? '')) },
  }
  switch (oauth.client_auth) {
    case 'body':
    case 'either':
      return inBody
    case 'basic':
      return basic
    case 'basic_if_secret':
      return secret === undefined ? publicClient : basic
    case 'none':
      return publicClient
    case 'private_key_jwt':
    case 'mtls':
      throw misconfigured(
        'upstream_client_auth',
        `${app.name_slug} asks for client authentication by ${oauth.client_auth}, which this server does not have`,
      )
  }
}

// Appendix B of RFC 6749.
const formEncoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
