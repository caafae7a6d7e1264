/** Owns filling a database with accounts fast: many rows to a statement, sealed by the real vault and counted by the real counters. */
import { projectEnvironmentOfRow } from '../src/access/project-environment.ts'
import { noRefresh } from '../src/accounts/no-refresh.ts'
import { countersOfAccount } from '../src/accounts/account-counters.ts'
import { bindingOf } from '../src/accounts/credentials-seal.ts'
import { type AccountRow, type CredentialsRow, listAccountRows } from '../src/accounts/store.ts'
import type { App } from '../src/app.ts'
import { addToCounters } from '../src/db/counters.ts'
import { externalUserCounter } from '../src/external-users/ensure-external-user.ts'
import { mintId } from '../src/platform/crypto/ids.ts'
import { mintSecret } from '../src/platform/crypto/secrets.ts'

const ACCOUNTS_PER_USER = 10
const ROWS_PER_STATEMENT = 200
const KEYS_PER_STATEMENT = 1000
const APPS = ['github', 'google_sheets', 'hubspot', 'linear', 'notion']
const SAMPLE = 2_000
const TEN_HOURS_MS = 36_000_000

export interface SeededAccounts {
  accountIds: string[]
  externalIds: string[]
  deepCursor: string
}

/** Adds `count` healthy OAuth accounts, fresh for hours, to the project's `production`. */
export async function seedAccounts(app: App, workspaceId: string, projectId: string, count: number) {
  const env = projectEnvironmentOfRow(workspaceId, { project_id: projectId, environment: 'production' })
  const ids: string[] = []
  const externalIds: string[] = []
  const totals = new Map<string, number>()
  const start = app.clock.now() - count

  for (let at = 0; at < count; at += ROWS_PER_STATEMENT) {
    const size = Math.min(ROWS_PER_STATEMENT, count - at)
    const users = Array.from({ length: Math.ceil(size / ACCOUNTS_PER_USER) }, (_, i) => ({
      id: mintId('exu'),
      project_id: projectId,
      environment: env.environment,
      external_id: `user-${at / ACCOUNTS_PER_USER + i}`,
      created_at: start + at,
      updated_at: start + at,
    }))
    const accounts: AccountRow[] = []
    const credentials: CredentialsRow[] = []
    for (let i = 0; i < size; i += 1) {
      const user = users[Math.floor(i / ACCOUNTS_PER_USER)]!
      const account = newAccount(app, user, APPS[i % APPS.length]!, start + at + i)
      accounts.push(account)
      credentials.push(newCredentials(app, env, account))
      for (const key of countersOfAccount(env, account)) totals.set(key, (totals.get(key) ?? 0) + 1)
    }
    await app.db.write(async (tx) => {
      await tx.insertInto('external_users').values(users).execute()
      await tx.insertInto('accounts').values(accounts).execute()
      await tx.insertInto('credentials').values(credentials).execute()
    })
    externalIds.push(...users.map((user) => user.external_id))
    ids.push(...accounts.map((account) => account.id))
  }
  totals.set(externalUserCounter(env), externalIds.length)
  await addTotals(app, totals)
  return {
    accountIds: spread(ids, SAMPLE),
    externalIds: spread(externalIds, SAMPLE),
    deepCursor: await walkDown(app, env, count * 0.9),
  } satisfies SeededAccounts
}

type User = Pick<AccountRow, 'id' | 'project_id' | 'environment' | 'external_id'>

const newAccount = (app: App, user: User, slug: string, createdAt: number): AccountRow => ({
  id: mintId('apn'),
  project_id: user.project_id,
  environment: user.environment,
  external_user_id: user.id,
  external_id: user.external_id,
  app_slug: slug,
  oauth_app_id: 'oa_benchmark',
  name: 'somebody@example.com',
  authorized_scopes: '["read","write"]',
  error: null,
  unhealthy_at: null,
  dead_at: null,
  expires_at: app.clock.now() + TEN_HOURS_MS,
  last_refreshed_at: createdAt,
  next_refresh_at: app.clock.now() + TEN_HOURS_MS - 300_000,
  created_at: createdAt,
  updated_at: createdAt,
  identity_digest: null,
  refresh_expires_at: null,
  expiry_warned_at: null,
  next_check_at: null,
  connected_at: null,
  learned_ttl_ms: null,
  last_checked_at: null,
})

function newCredentials(app: App, env: Parameters<typeof bindingOf>[0], account: AccountRow): CredentialsRow {
  const binding = bindingOf(env, account, 1)
  const dataKey = app.vault.createDataKey(binding)
  const values = {
    oauth_client_id: 'benchmark-client',
    oauth_access_token: mintSecret('at_'),
    oauth_refresh_token: mintSecret('rt_'),
    oauth_uid: account.external_id,
  }
  return {
    account_id: account.id,
    generation: 1,
    kind: 'refreshable',
    data_key: dataKey,
    sealed: app.vault.sealWith(dataKey, binding, JSON.stringify(values)),
    previous_sealed: null,
    previous_kept_until: null,
    ...noRefresh,
  }
}

async function addTotals(app: App, totals: ReadonlyMap<string, number>): Promise<void> {
  for (const amount of new Set(totals.values())) {
    const keys = [...totals].filter(([, total]) => total === amount).map(([key]) => key)
    for (let at = 0; at < keys.length; at += KEYS_PER_STATEMENT) {
      await app.db.write((tx) => addToCounters(tx, keys.slice(at, at + KEYS_PER_STATEMENT), amount))
    }
  }
}

/** The cursor of a page at least `rows` rows down, found the way a client finds it: page by page. */
async function walkDown(app: App, env: Parameters<typeof bindingOf>[0], rows: number): Promise<string> {
  let after: string | undefined
  for (let walked = 0; walked < rows; walked += 100) {
    const page = { limit: 100, ...(after === undefined ? {} : { after }) }
    after = (await listAccountRows(app.db.read, env, {}, page)).end_cursor ?? after
  }
  if (after === undefined) throw new Error('too few accounts for a deep page')
  return after
}

const spread = (items: readonly string[], count: number): string[] =>
  Array.from(
    { length: Math.min(count, items.length) },
    (_, i) => items[Math.floor((i * items.length) / count)]!,
  )
