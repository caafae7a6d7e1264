/** Owns who may be calling: an API client with an access token, or the holder of a Connect token. */
import type { EnvironmentName } from '../db/tables.ts'

export interface ApiClientCaller {
  kind: 'api_client'
  workspaceId: string
  clientId: string
  /** What the token was issued for. */
  scopes: readonly string[]
  /** What the client may do now; narrowing it takes effect on tokens already issued. */
  ceiling: readonly string[]
  /** Null means all. */
  projectIds: readonly string[] | null
  environments: readonly EnvironmentName[] | null
  mayReadCredentials: boolean
}

export interface ConnectTokenCaller {
  kind: 'connect_token'
  digest: string
  /** It has left in a webhook: good for the exact repeat of what it did, and for nothing else. */
  isDisclosed: boolean
  projectId: string
  environment: EnvironmentName
  externalUserId: string
  /** The developer's own id for the user. */
  externalId: string
  scopes: readonly string[]
  allowedOrigins: readonly string[] | null
  appSlug: string | null
  oauthAppId: string | null
}

export type Caller = ApiClientCaller | ConnectTokenCaller

/** How the caller shows up in the audit trail. */
export const actorOf = (caller: Caller): { kind: string; id: string } =>
  caller.kind === 'api_client'
    ? { kind: 'api_client', id: caller.clientId }
    : { kind: 'connect_token', id: caller.externalUserId }
