/** Owns listing accounts: filtered, paged, with totals from counters, and with fresh credentials where asked. */
import type { Caller } from '../access/caller.ts'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { readPageQuery } from '../db/page-query.ts'
import { readCounter } from '../db/counters.ts'
import { findExternalUserByExternalId } from '../external-users/find-external-user.ts'
import { AppError, Forbidden } from '../platform/errors.ts'
import { accountCounter, type AccountFilters } from './account-counters.ts'
import { includesCredentials, type ListAccountsQuery } from './contract.ts'
import { freshCredentials, type FreshCapabilities } from './fresh-credentials.ts'
import { checkMayReadCredentials } from './may-read-credentials.ts'
import { renderAccount } from './render-account.ts'
import { type AccountRow, findAccountWithCredentials, listAccountRows } from './store.ts'

type Capabilities = FreshCapabilities & Pick<App, 'config' | 'catalog'>

const NOTHING = '{"data":[],"page_info":{"count":0,"total_count":0,"start_cursor":null,"end_cursor":null}}'

/** JSON text of the page. @throws Forbidden when a Connect token asks for another user */
export async function listAccounts(
  app: Capabilities,
  env: ProjectEnvironment,
  caller: Caller,
  query: ListAccountsQuery,
): Promise<string> {
  const withCredentials = includesCredentials(query.include_credentials)
  if (withCredentials) checkMayReadCredentials(caller)
  const page = readPageQuery(query)
  const filters = await readFilters(app, env, caller, query)
  if (!filters) return NOTHING
  const [found, total] = await Promise.all([
    listAccountRows(app.db.read, env, filters, page),
    readCounter(app.db.read, accountCounter(env, filters)),
  ])
  const data = await renderRows(app, env, found.rows, withCredentials)
  const info = {
    count: found.rows.length,
    total_count: total,
    start_cursor: found.start_cursor,
    end_cursor: found.end_cursor,
  }
  return `{"data":[${data.join(',')}],"page_info":${JSON.stringify(info)}}`
}

/** All of one user's accounts as a bare array (contract 2.B); a Connect token sees its own user's only. */
export async function listUserAccounts(
  app: Capabilities,
  env: ProjectEnvironment,
  caller: Caller,
  externalId: string,
  query: { app?: string; include_credentials?: string },
): Promise<string> {
  const withCredentials = includesCredentials(query.include_credentials)
  if (withCredentials) checkMayReadCredentials(caller)
  const filters = await readFilters(app, env, caller, { ...query, external_user_id: externalId })
  const rows = filters ? await allRows(app, env, filters) : []
  return `[${(await renderRows(app, env, rows, withCredentials)).join(',')}]`
}

async function allRows(
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
  filters: AccountFilters,
): Promise<AccountRow[]> {
  const rows: AccountRow[] = []
  for (let after: string | undefined; ;) {
    const page = await listAccountRows(app.db.read, env, filters, { limit: 100, ...(after ? { after } : {}) })
    rows.push(...page.rows)
    if (page.end_cursor === null) return rows
    after = page.end_cursor
  }
}

/** Undefined when a filter names something that does not exist, so that nothing can match. */
async function readFilters(
  app: Pick<App, 'db' | 'catalog'>,
  env: ProjectEnvironment,
  caller: Caller,
  query: { external_user_id?: string; app?: string; oauth_app_id?: string },
): Promise<AccountFilters | undefined> {
  const filters: AccountFilters = {}
  if (caller.kind === 'connect_token') {
    if (query.external_user_id !== undefined && query.external_user_id !== caller.externalId) {
      throw new Forbidden('A Connect token acts for its own external user only', {
        code: 'external_user_mismatch',
      })
    }
    filters.externalUserId = caller.externalUserId
  } else if (query.external_user_id !== undefined) {
    const user = await findExternalUserByExternalId(app, env, query.external_user_id)
    if (!user) return undefined
    filters.externalUserId = user.id
  }
  if (query.app !== undefined) {
    filters.appSlug = app.catalog.current.find(query.app)?.name_slug ?? query.app
  }
  if (query.oauth_app_id !== undefined) filters.oauthAppId = query.oauth_app_id
  return filters
}

async function renderRows(
  app: Capabilities,
  env: ProjectEnvironment,
  rows: readonly AccountRow[],
  withCredentials: boolean,
): Promise<string[]> {
  if (!withCredentials) return rows.map((row) => renderAccount(app, row))
  const rendered = await Promise.all(rows.map((row) => renderFresh(app, env, row)))
  return rendered.filter((text) => text !== undefined)
}

/** One provider that is out does not spoil the list: its account comes without credentials and with the reason in `error`. */
async function renderFresh(
  app: Capabilities,
  env: ProjectEnvironment,
  row: AccountRow,
): Promise<string | undefined> {
  const found = await findAccountWithCredentials(app.db.read, env, row.id)
  if (!found) return undefined // Deleted between the two reads.
  try {
    const { account, credentialsText } = await freshCredentials(app, env, found)
    return renderAccount(app, account, credentialsText)
  } catch (error) {
    if (!(error instanceof AppError) || error.status < 500) throw error
    const now = await findAccountWithCredentials(app.db.read, env, row.id)
    return now && renderAccount(app, { ...now, error: now.error ?? error.message })
  }
}
