/**
 * Owns the data model, one page. Four column types only: text, bigint (milliseconds since the epoch), integer (counts), and text holding
 * JSON that only a store parses. There are no booleans: a nullable time says more. A row is the same JavaScript value on both databases.
 */

import type { OutboundTables } from './outbound-tables.ts'
import type { Digest, EnvironmentName, Json, Milliseconds, Sealed } from './column-types.ts'

export type { EnvironmentName } from './column-types.ts'

export interface Tables extends OutboundTables {
  instance: { id: string; instance_id: string; created_at: Milliseconds }
  vault_keys: { id: string; check_value: Sealed; uses: number; created_at: Milliseconds }
  signing_keys: {
    id: string
    algorithm: 'EdDSA' | 'RS256'
    public_jwk: Json
    private_pem: Sealed
    created_at: Milliseconds
    /** Signs from then on; published before. */
    active_at: Milliseconds
    /** Still verifies until then; null while it may sign. */
    retires_at: Milliseconds | null
  }
  denials: { id: string; expires_at: Milliseconds; created_at: Milliseconds }
  audit_entries: {
    id: string
    at: Milliseconds
    workspace_id: string | null
    project_id: string | null
    actor_kind: string
    actor_id: string | null
    action: string
    target: string | null
    result: 'done' | 'refused'
    details: Json
  }
  /** Kept totals, changed in the transaction that changes the rows; nothing here ever counts rows. */
  counters: { key: string; value: number }

  workspaces: { id: string; name: string; created_at: Milliseconds; updated_at: Milliseconds }
  members: {
    id: string
    workspace_id: string
    email: string
    name: string
    role: 'admin' | 'member'
    password_digest: string
    created_at: Milliseconds
    updated_at: Milliseconds
  }
  projects: {
    id: string
    workspace_id: string
    name: string
    app_name: string | null
    support_email: string | null
    allowed_origins_required_at: Milliseconds | null
    created_at: Milliseconds
    updated_at: Milliseconds
    logo_digest: string | null
    /** Where the developer confirms that the person who connected is the one the account is for. */
    verifier_uri: string | null
  }
  project_logos: {
    project_id: string
    digest: string
    media_type: string
    /** Base64. */
    content: string
    updated_at: Milliseconds
  }
  api_clients: {
    id: string
    workspace_id: string
    name: string
    secret_digest: Digest
    previous_secret_digest: Digest | null
    previous_secret_expires_at: Milliseconds | null
    scopes: Json
    project_ids: Json | null
    environments: Json | null
    credentials_denied_at: Milliseconds | null
    /** Access tokens carry this number; raising it ends all issued so far. */
    token_generation: number
    expires_at: Milliseconds | null
    disabled_at: Milliseconds | null
    last_used_at: Milliseconds | null
    created_at: Milliseconds
    updated_at: Milliseconds
  }
  external_users: {
    id: string
    project_id: string
    environment: EnvironmentName
    external_id: string
    created_at: Milliseconds
    updated_at: Milliseconds
  }
  oauth_apps: {
    id: string
    project_id: string
    app_slug: string
    name: string | null
    description: string | null
    client_id: string
    client_secret: Sealed
    scopes: Json | null
    additional_scopes: Json | null
    /** What the provider gave the operator beside the client: name -> text. */
    settings: Sealed | null
    created_at: Milliseconds
    updated_at: Milliseconds
  }
  default_oauth_apps: {
    project_id: string
    environment: EnvironmentName
    app_slug: string
    oauth_app_id: string
  }
  app_overrides: {
    id: string
    project_id: string
    app_slug: string
    name: string
    oauth_app_id: string | null
    /** Preset values of the app's fields; never a secret one. */
    cfmap: Json
    created_at: Milliseconds
    updated_at: Milliseconds
  }
  /** The catalogue's last layer: merge patches by name of app or template. */
  catalog_patches: { name: string; content: Json; created_at: Milliseconds; updated_at: Milliseconds }
  accounts: {
    id: string
    project_id: string
    environment: EnvironmentName
    external_user_id: string
    external_id: string
    app_slug: string
    oauth_app_id: string | null
    name: string | null
    authorized_scopes: Json | null
    error: string | null
    unhealthy_at: Milliseconds | null
    dead_at: Milliseconds | null
    expires_at: Milliseconds | null
    last_refreshed_at: Milliseconds | null
    next_refresh_at: Milliseconds | null
    created_at: Milliseconds
    updated_at: Milliseconds
    /** When a person last connected it or connected it again. */
    connected_at: Milliseconds | null
    /** Of app, OAuth app and the provider's id for the person: tells one person's accounts at a provider apart without showing whose they are. */
    identity_digest: Digest | null
    /** When the refresh token itself ends, as far as the provider or the catalogue says. */
    refresh_expires_at: Milliseconds | null
    /** The warning of that end has been given. */
    expiry_warned_at: Milliseconds | null
    /** How long access tokens last whose answers do not say so, learned when one was refused. */
    learned_ttl_ms: number | null
    /** When it is looked at again: keys are tried out, or a warning is due. */
    next_check_at: Milliseconds | null
    last_checked_at: Milliseconds | null
  }
  credentials: {
    account_id: string
    /** Raised by every write of credentials; the sealed text is bound to it. */
    generation: number
    /** `keys` and `static` never refresh; `refreshable` does (decided by the provider's answer, not the catalogue). */
    kind: 'keys' | 'static' | 'refreshable'
    data_key: Sealed
    sealed: Sealed
    /** The generation before, kept until the new one has proved itself or a day has passed. */
    previous_sealed: Sealed | null
    previous_kept_until: Milliseconds | null
    refresh_attempt: string | null
    refresh_holder: string | null
    refresh_lease_until: Milliseconds | null
    /** Failed refreshes of one kind in a row: how many, of which kind, since when. */
    failures: number
    failure_kind: 'configuration' | 'permanent' | 'transient' | 'unknown' | null
    first_failed_at: Milliseconds | null
    /** A refresh was sent and its answer never came: the provider may have spent the refresh token. */
    outcome_unknown_at: Milliseconds | null
    retry_at: Milliseconds | null
  }
  connect_tokens: {
    digest: Digest
    connect_session_id: number
    project_id: string
    environment: EnvironmentName
    external_user_id: string
    external_id: string
    scopes: Json
    allowed_origins: Json | null
    options: Json
    app_slug: string | null
    oauth_app_id: string | null
    expires_at: Milliseconds
    consumed_at: Milliseconds | null
    /** Digest of the request that created the account; its repeat gets the same account back. */
    consumed_by: Digest | null
    account_id: string | null
    created_at: Milliseconds
    /** It has been sent in a webhook: from then on no API call is served with it, while the page may still finish. */
    disclosed_at: Milliseconds | null
  }
  connect_attempts: {
    /** Digest of the handle with which the page asks how the attempt stands. */
    id: Digest
    project_id: string
    environment: EnvironmentName
    connect_token_digest: Digest
    app_slug: string
    oauth_app_id: string
    account_id: string | null
    state_digest: Digest
    /** Digest of the cookie of the browser that went to the provider; null until it did. */
    browser_digest: Digest | null
    sealed: Sealed
    status: 'open' | 'started' | 'finishing' | 'choosing' | 'verifying' | 'done' | 'failed'
    error_code: string | null
    error: string | null
    expires_at: Milliseconds
    created_at: Milliseconds
    /** What the provider gave, while the person or the developer's server still has to say something. */
    pending: Sealed | null
    verification_digest: Digest | null
  }
  connect_handovers: {
    /** Digest of the secret in the QR code. */
    id: Digest
    connect_token_digest: Digest
    /** The Connect token and the page's parameters. */
    sealed: Sealed
    /** Two digits, shown on both screens. */
    number: string
    opened_at: Milliseconds | null
    expires_at: Milliseconds
    created_at: Milliseconds
  }
  sandbox_grants: {
    id: string
    client_id: string
    person: string
    scope: string
    code_digest: Digest | null
    code_challenge: string | null
    code_redirect_uri: string | null
    code_expires_at: Milliseconds | null
    access_digest: Digest | null
    access_expires_at: Milliseconds | null
    refresh_digest: Digest | null
    previous_refresh_digest: Digest | null
    refreshes: number
    revoked_at: Milliseconds | null
    created_at: Milliseconds
  }
  sandbox_settings: { id: string; settings: Json }
}
