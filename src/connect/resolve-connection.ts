/** Owns deciding what a Connect token and a request together ask to connect; whatever disagrees is refused here. */
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { findAppOverride } from '../app-overrides/read-app-overrides.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { findReconnectable } from '../connect-tokens/find-reconnectable.ts'
import type { Tables } from '../db/tables.ts'
import { findDefaultOAuthApp, findOAuthApp, type OAuthApp } from '../oauth-apps/find-oauth-app.ts'
import type { UpstreamClient } from '../upstream/upstream-context.ts'
import { ConnectError } from './connect-errors.ts'
import type { ConnectToken } from './require-token.ts'

export type Project = Tables['projects']

export interface ConnectionRequest {
  /** Slug or id. */
  app?: string | undefined
  oauthAppId?: string | undefined
  appOverrideId?: string | undefined
  /** Reconnect this account. */
  accountId?: string | undefined
  oauthScopeProfile?: string | undefined
  /** `true`: the person brings the OAuth client, where the developer has named none. */
  customOauthClient?: string | undefined
  /** That the person brings, instead of any OAuth app of the developer's. */
  ownClient?: UpstreamClient | undefined
}

export interface Connection {
  token: ConnectToken
  project: Project
  env: ProjectEnvironment
  catalogApp: CatalogApp
  /** Absent for apps that take keys, and where the person brings the client. */
  oauthApp: OAuthApp | undefined
  ownClient: UpstreamClient | undefined
  /** Whether the person is to be asked for one. */
  asksClient: boolean
  accountId: string | null
  /** Of the account to be reconnected, where it has one. */
  accountName: string | null
  oauthScopeProfile: string | undefined
  /** Values of the app's fields that an app override presets: they are not asked for. */
  preset: Readonly<Record<string, string>>
}

type Needs = Pick<App, 'db' | 'vault' | 'catalog' | 'projects'>

/** @throws ConnectError `token_invalid` when the project is gone */
export async function tenantOf(
  app: Pick<App, 'projects'>,
  token: ConnectToken,
): Promise<{ project: Project; env: ProjectEnvironment }> {
  const project = await app.projects.find(token.project_id)
  if (!project) throw new ConnectError('token_invalid')
  return { project, env: projectEnvironmentOfRow(project.workspace_id, token) }
}

/**
 * The token's own app and OAuth app win; a request that names others is refused, never bent.
 * @throws ConnectError saying which part does not hold
 */
export async function resolveConnection(
  app: Needs,
  token: ConnectToken,
  request: ConnectionRequest,
): Promise<Connection> {
  const { project, env } = await tenantOf(app, token)
  const account =
    request.accountId === undefined
      ? undefined
      : await findReconnectable(app, env, request.accountId, token.external_user_id)
  if (request.accountId !== undefined && !account) throw new ConnectError('account_unknown')
  const override =
    request.appOverrideId === undefined ? undefined : await findAppOverride(app, env, request.appOverrideId)
  if (request.appOverrideId !== undefined && !override) throw new ConnectError('app_override_unknown')
  const asked = request.app ?? token.app_slug ?? account?.app_slug ?? override?.appSlug
  const catalogApp = findCatalogApp(app, token, asked ?? (await appOfOAuthApp(app, env, request.oauthAppId)))
  if (account && account.app_slug !== catalogApp.name_slug) throw new ConnectError('account_unknown')
  if (override && override.appSlug !== catalogApp.name_slug) throw new ConnectError('app_override_unknown')
  const connection = {
    token,
    project,
    env,
    catalogApp,
    accountId: account?.id ?? null,
    accountName: account?.name ?? null,
    oauthScopeProfile: request.oauthScopeProfile,
    preset: override?.preset ?? {},
    ownClient: undefined,
    asksClient: false,
  }
  if (catalogApp.auth_type === 'keys') {
    if (request.oauthAppId !== undefined) throw new ConnectError('oauth_app_unknown')
    return { ...connection, oauthApp: undefined }
  }
  if (
    token.oauth_app_id !== null &&
    request.oauthAppId !== undefined &&
    request.oauthAppId !== token.oauth_app_id
  )
    throw new ConnectError('app_mismatch')
  const named = token.oauth_app_id ?? request.oauthAppId ?? override?.oauthAppId ?? undefined
  const ownClient = ownClientOf(request)
  if (named === undefined && request.customOauthClient === 'true' && canBringClient(catalogApp))
    return { ...connection, oauthApp: undefined, ownClient, asksClient: ownClient === undefined }
  // The developer has chosen, or has not left the choice: nobody puts a client of his own in its place.
  if (ownClient !== undefined) throw new ConnectError('app_mismatch')
  return {
    ...connection,
    oauthApp: await requireOAuthApp(app, env, catalogApp, named, account?.oauth_app_id ?? undefined),
  }
}

/** Not where the app's own fields hold the client, which are asked for anyway, nor by OAuth 1. */
export const canBringClient = ({ oauth }: CatalogApp): boolean =>
  oauth?.version === 2 && oauth.client_credentials_source === 'oauth_app'

/** Id and secret, and nothing else that a request may bring along. */
const ownClientOf = ({ ownClient: given }: ConnectionRequest): UpstreamClient | undefined =>
  given && { id: given.id, ...(given.secret === undefined ? {} : { secret: given.secret }) }

/** A link may name nothing but the OAuth app, which is of one app. */
async function appOfOAuthApp(
  app: Needs,
  env: ProjectEnvironment,
  id: string | undefined,
): Promise<string | undefined> {
  if (id === undefined) return undefined
  const found = await findOAuthApp(app, env, id)
  if (!found) throw new ConnectError('oauth_app_unknown')
  return found.appSlug
}

function findCatalogApp(app: Needs, token: ConnectToken, asked: string | undefined): CatalogApp {
  const found = app.catalog.current.find(asked ?? '')
  if (!found || found.disabled) throw new ConnectError('app_unknown')
  if (token.app_slug !== null && found.name_slug !== token.app_slug) throw new ConnectError('app_mismatch')
  if (!isConnectable(found)) throw new ConnectError('app_not_connectable')
  return found
}

/** Whether this server knows how to connect an account of the app. */
export const isConnectable = ({ auth_type, oauth }: CatalogApp): boolean =>
  auth_type === 'keys' || (auth_type === 'oauth' && oauth !== undefined)

/** The one that is named; else the one the account was made with; else the default. */
async function requireOAuthApp(
  app: Needs,
  env: ProjectEnvironment,
  { name_slug, oauth }: CatalogApp,
  named: string | undefined,
  ofAccount: string | undefined,
): Promise<OAuthApp | undefined> {
  if (named !== undefined) {
    const found = await findOAuthApp(app, env, named)
    if (found?.appSlug !== name_slug) throw new ConnectError('oauth_app_unknown')
    return found
  }
  const earlier = ofAccount === undefined ? undefined : await findOAuthApp(app, env, ofAccount)
  const found = earlier ?? (await findDefaultOAuthApp(app, env, name_slug))
  const ownFieldsHoldIt = oauth?.version === 2 && oauth.client_credentials_source === 'custom_fields'
  if (!found && !ownFieldsHoldIt) throw new ConnectError('oauth_app_missing')
  return found
}
