/** Connecting, keeping fresh, telling: events and deliveries, revocations, branding, hand-overs, app overrides, the catalogue's own rows. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const text = 'text' as const
  const time = 'bigint' as const
  const table = (name: string) => db.schema.createTable(name)
  const index = (name: string, on: string, columns: string[]) =>
    db.schema.createIndex(name).on(on).columns(columns)
  const addColumns = async (to: string, columns: Record<string, 'text' | 'bigint' | 'integer'>) => {
    // SQLite adds one column per statement.
    for (const [name, type] of Object.entries(columns))
      await db.schema.alterTable(to).addColumn(name, type).execute()
  }

  await addColumns('accounts', {
    identity_digest: text,
    refresh_expires_at: time,
    expiry_warned_at: time,
    next_check_at: time,
    last_checked_at: time,
    connected_at: time,
    learned_ttl_ms: time,
  })
  await index('accounts_by_next_refresh', 'accounts', ['next_refresh_at', 'id'])
    .where(sql.ref('next_refresh_at'), 'is not', null)
    .execute()
  await index('accounts_by_next_check', 'accounts', ['next_check_at', 'id'])
    .where(sql.ref('next_check_at'), 'is not', null)
    .execute()
  await index('accounts_by_identity', 'accounts', ['identity_digest'])
    .where(sql.ref('identity_digest'), 'is not', null)
    .execute()

  await addColumns('oauth_apps', { settings: text })
  await addColumns('connect_tokens', { disclosed_at: time })
  await addColumns('connect_attempts', { pending: text, verification_digest: text })
  await index('connect_attempts_by_verification', 'connect_attempts', ['verification_digest'])
    .unique()
    .execute()
  await addColumns('projects', { logo_digest: text, verifier_uri: text })

  await table('project_logos')
    .addColumn('project_id', text, (c) => c.primaryKey().notNull().references('projects.id'))
    .addColumn('digest', text, (c) => c.notNull())
    .addColumn('media_type', text, (c) => c.notNull())
    .addColumn('content', text, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .execute()
  await index('project_logos_by_digest', 'project_logos', ['digest']).execute()

  await table('connect_handovers')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('connect_token_digest', text, (c) =>
      c.notNull().references('connect_tokens.digest').onDelete('cascade'),
    )
    .addColumn('sealed', text, (c) => c.notNull())
    .addColumn('number', text, (c) => c.notNull())
    .addColumn('opened_at', time)
    .addColumn('expires_at', time, (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .execute()
  await index('connect_handovers_by_expiry', 'connect_handovers', ['expires_at']).execute()

  await table('app_overrides')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('project_id', text, (c) => c.notNull().references('projects.id'))
    .addColumn('app_slug', text, (c) => c.notNull())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('oauth_app_id', text)
    .addColumn('cfmap', text, (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .execute()
  await index('app_overrides_in_order', 'app_overrides', ['project_id', 'created_at', 'id']).execute()

  await table('catalog_patches')
    .addColumn('name', text, (c) => c.primaryKey().notNull())
    .addColumn('content', text, (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .execute()

  await table('events')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('workspace_id', text, (c) => c.notNull().references('workspaces.id'))
    .addColumn('project_id', text, (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('environment', text, (c) => c.notNull())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('account_id', text)
    .addColumn('data', text, (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .execute()
  await index('events_by_position', 'events', ['position', 'id']).execute()
  await index('events_of_project', 'events', ['project_id', 'environment', 'position', 'id']).execute()
  await index('events_in_order', 'events', ['project_id', 'environment', 'created_at', 'id']).execute()
  await index('events_by_type', 'events', ['project_id', 'environment', 'type', 'created_at', 'id']).execute()
  await index('events_of_account', 'events', ['account_id', 'created_at', 'id']).execute()

  await table('webhooks')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('project_id', text, (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('environment', text, (c) => c.notNull())
    .addColumn('url', text, (c) => c.notNull())
    .addColumn('signing_key', text, (c) => c.notNull())
    .addColumn('previous_signing_key', text)
    .addColumn('previous_signing_key_until', time)
    .addColumn('failing_since', time)
    .addColumn('disabled_at', time)
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .execute()
  await index('webhooks_by_project', 'webhooks', ['project_id', 'environment']).unique().execute()

  await table('deliveries')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('event_id', text, (c) => c.notNull().references('events.id').onDelete('cascade'))
    .addColumn('project_id', text, (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('environment', text, (c) => c.notNull())
    .addColumn('webhook_id', text)
    .addColumn('url', text, (c) => c.notNull())
    .addColumn('host', text, (c) => c.notNull())
    .addColumn('sealed', text)
    .addColumn('lane', text, (c) => c.notNull())
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('next_attempt_at', time)
    .addColumn('lease_until', time)
    .addColumn('last_status', 'integer')
    .addColumn('last_error', text)
    .addColumn('retry_until', time, (c) => c.notNull())
    .addColumn('finished_at', time)
    .addColumn('created_at', time, (c) => c.notNull())
    .execute()
  await index('deliveries_due', 'deliveries', ['project_id', 'next_attempt_at', 'position'])
    .where(sql.ref('next_attempt_at'), 'is not', null)
    .execute()
  await index('deliveries_in_lane', 'deliveries', ['lane', 'status', 'position']).execute()
  await index('deliveries_of_project', 'deliveries', [
    'project_id',
    'environment',
    'created_at',
    'id',
  ]).execute()
  await index('deliveries_by_status', 'deliveries', [
    'project_id',
    'environment',
    'status',
    'created_at',
    'id',
  ]).execute()
  await index('deliveries_of_event', 'deliveries', ['event_id']).execute()
  await index('deliveries_of_webhook', 'deliveries', ['webhook_id', 'status', 'id']).execute()

  await table('revocations')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('batch_id', text)
    .addColumn('workspace_id', text, (c) => c.notNull().references('workspaces.id'))
    .addColumn('project_id', text, (c) => c.notNull().references('projects.id'))
    .addColumn('environment', text, (c) => c.notNull())
    .addColumn('account_id', text, (c) => c.notNull())
    .addColumn('external_id', text, (c) => c.notNull())
    .addColumn('app_slug', text, (c) => c.notNull())
    .addColumn('oauth_app_id', text)
    .addColumn('sealed', text)
    .addColumn('client_id', text)
    .addColumn('client_secret', text)
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('reason', text)
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('next_attempt_at', time)
    .addColumn('lease_until', time)
    .addColumn('finished_at', time)
    .addColumn('created_at', time, (c) => c.notNull())
    .execute()
  await index('revocations_due', 'revocations', ['next_attempt_at', 'id'])
    .where(sql.ref('next_attempt_at'), 'is not', null)
    .execute()
  await index('revocations_in_order', 'revocations', [
    'project_id',
    'environment',
    'created_at',
    'id',
  ]).execute()
  await index('revocations_of_batch', 'revocations', ['batch_id']).execute()
  await index('revocations_of_account', 'revocations', ['account_id']).execute()
  await index('revocations_by_end', 'revocations', ['finished_at'])
    .where(sql.ref('finished_at'), 'is not', null)
    .execute()
  await index('revocations_by_oauth_app', 'revocations', ['oauth_app_id'])
    .where(sql.ref('next_attempt_at'), 'is not', null)
    .execute()

  await table('revocation_batches')
    .addColumn('id', text, (c) => c.primaryKey().notNull())
    .addColumn('workspace_id', text, (c) => c.notNull().references('workspaces.id'))
    .addColumn('project_id', text, (c) => c.notNull().references('projects.id'))
    .addColumn('environment', text, (c) => c.notNull())
    .addColumn('filters', text, (c) => c.notNull())
    .addColumn('accounts_are', text, (c) => c.notNull())
    .addColumn('actor_kind', text, (c) => c.notNull())
    .addColumn('actor_id', text)
    .addColumn('last_account_id', text, (c) => c.notNull())
    .addColumn('accounts', 'integer', (c) => c.notNull())
    .addColumn('finished_at', time)
    .addColumn('created_at', time, (c) => c.notNull())
    .execute()
  await index('revocation_batches_by_end', 'revocation_batches', ['finished_at'])
    .where(sql.ref('finished_at'), 'is not', null)
    .execute()
  await index('revocation_batches_unfinished', 'revocation_batches', ['created_at', 'id'])
    .where(sql.ref('finished_at'), 'is', null)
    .execute()
}
