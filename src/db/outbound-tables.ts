/** Owns the part of the data model that is owed to others: what developers are told, and what providers are asked to revoke. */
import type { EnvironmentName, Json, Milliseconds, Sealed } from './column-types.ts'

export interface OutboundTables {
  events: {
    id: string
    /** Orders events: milliseconds times 4096, plus a count. */
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
    failing_since: Milliseconds | null
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
    first_attempt_at: Milliseconds | null
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
    status: 'pending' | 'revoked' | 'not_supported' | 'shared' | 'failed'
    reason: string | null
    attempts: number
    next_attempt_at: Milliseconds | null
    lease_until: Milliseconds | null
    finished_at: Milliseconds | null
    created_at: Milliseconds
  }
}
