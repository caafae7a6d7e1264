/** Owns the kept totals of accounts: one for every combination of filters that a list may be asked for. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { counterKey } from '../db/counters.ts'
import type { Tables } from '../db/tables.ts'

type AccountRow = Tables['accounts']

export interface AccountFilters {
  externalUserId?: string | undefined
  appSlug?: string | undefined
  oauthAppId?: string | undefined
}

export const accountCounter = (env: ProjectEnvironment, filters: AccountFilters): string =>
  counterKey(
    'accounts',
    env.projectId,
    env.environment,
    filters.externalUserId ?? null,
    filters.appSlug ?? null,
    filters.oauthAppId ?? null,
  )

/** The counters that one account is in: each filter by itself, with the others, and none. */
export function countersOfAccount(
  env: ProjectEnvironment,
  account: { external_user_id: string; app_slug: string; oauth_app_id: string | null },
): string[] {
  const keys: string[] = []
  for (const externalUserId of [undefined, account.external_user_id]) {
    for (const appSlug of [undefined, account.app_slug]) {
      keys.push(accountCounter(env, { externalUserId, appSlug }))
      if (account.oauth_app_id !== null) {
        keys.push(accountCounter(env, { externalUserId, appSlug, oauthAppId: account.oauth_app_id }))
      }
    }
  }
  return keys
}

/** Whether an account, of either environment of the project, is among those that the filters choose. */
export const isAmong =
  (env: ProjectEnvironment, { externalUserId, appSlug, oauthAppId }: AccountFilters) =>
  (account: AccountRow): boolean =>
    account.environment === env.environment &&
    (externalUserId === undefined || account.external_user_id === externalUserId) &&
    (appSlug === undefined || account.app_slug === appSlug) &&
    (oauthAppId === undefined || account.oauth_app_id === oauthAppId)
