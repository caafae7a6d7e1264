/** Owns the part of the data model that is owed to others: what developers are told, and what providers are asked to revoke. */
import type { EnvironmentName, Json, Milliseconds, Sealed } from './column-types.ts'

export interface OutboundTables {
  events: {
    id: string
    /** Orders events, see events/position.ts. */
    position: number
    workspace_id: string
    project_id: string
    environment: EnvironmentName
    type: string
    account_id: string | null
    data: Json
    created_at: Milliseconds
  }
  /** One per project and environment. */
  webhooks: {
    id: string
    project_id: string
    environment: EnvironmentName
    url: string
    signing_key: Sealed
    previous_signing_key: Sealed | null
    previous_signing_key_until: Milliseconds | null
    /** Of the first failure since the last success. */
    failing_since: Milliseconds | null
    /** It answered 410. */
    disabled_at: Milliseconds | null
    created_at: Milliseconds
    updated_at: Milliseconds
  }
  deliveries: {
    id: string
    event_id: string
    project_id: string
    environment: EnvironmentName
    /** Null: to the `webhook_uri` of a Connect token. */
    webhook_id: string | null
    url: string
    /** Of `url`, with its port: what hangs at one host must not hold up the others. */
    host: string
    /** Members of the body that are kept sealed: a connection webhook names its Connect token. */
    sealed: Sealed | null
    /** Deliveries of one lane leave one after the other, by position. */
    lane: string
    position: number
    status: 'pending' | 'delivered' | 'parked' | 'cancelled'
    attempts: number
    next_attempt_at: Milliseconds | null
    lease_until: Milliseconds | null
    last_status: number | null
    last_error: string | null
    /** No further attempt after that, but there are some in any case. */
    retry_until: Milliseconds
    finished_at: Milliseconds | null
    created_at: Milliseconds
  }
  revocations: {
    id: string
    /** One act of "revoke everything". */
    batch_id: string | null
    workspace_id: string
    project_id: string
    environment: EnvironmentName
    account_id: string
    external_id: string
    app_slug: string
    oauth_app_id: string | null
    /** What is to be revoked; gone when it is. */
    sealed: Sealed | null
    /** Of the OAuth app, when that is deleted before: the secret as it was sealed there. Gone when it is done. */
    client_id: string | null
    client_secret: Sealed | null
    status: 'pending' | 'revoked' | 'not_supported' | 'shared' | 'failed'
    reason: string | null
    attempts: number
    next_attempt_at: Milliseconds | null
    lease_until: Milliseconds | null
    finished_at: Milliseconds | null
    created_at: Milliseconds
  }
  /** Acts of "revoke everything"; one that was cut short is gone on with after `last_account_id`. */
  revocation_batches: {
    id: string
    workspace_id: string
    project_id: string
    environment: EnvironmentName
    filters: Json
    /** What becomes of the accounts themselves. */
    accounts_are: 'kept' | 'deleted'
    actor_kind: string
    actor_id: string | null
    last_account_id: string
    accounts: number
    finished_at: Milliseconds | null
    created_at: Milliseconds
  }
}
