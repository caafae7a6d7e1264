/** Owns telling a page whether a Connect token is good and what it is for. It consumes nothing. */
import type { App } from '../app.ts'
import { renderApp } from '../apps/render-app.ts'
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import { findAppOverride } from '../app-overrides/read-app-overrides.ts'
import { findDefaultOAuthApp, findOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import type { ValidateTokenAnswer, ValidateTokenQuery } from './contract.ts'
import { findReconnectable } from './find-reconnectable.ts'
import { findUsableToken } from './usable-token.ts'

const refused = (error: string): ValidateTokenAnswer => ({ success: false, error })

/** As the Connect page judges the same. Expired, used and unknown tokens look the same and reveal nothing of a project. */
export async function validateConnectToken(
  app: Pick<App, 'db' | 'clock' | 'catalog' | 'projects' | 'config' | 'vault'>,
  token: string,
  query: ValidateTokenQuery,
): Promise<{ answer: ValidateTokenAnswer; allowedOrigins: readonly string[] }> {
  const found = await findUsableToken(app, token)
  const project = found && (await app.projects.find(found.project_id))
  if (!found || !project) {
    return { answer: refused('The Connect token is unknown, expired or used'), allowedOrigins: [] }
  }
  const allowedOrigins = found.allowedOrigins ?? []
  const env = projectEnvironmentOfRow(project.workspace_id, found)
  const override =
    query.app_override_id === undefined ? undefined : await findAppOverride(app, env, query.app_override_id)
  if (query.app_override_id !== undefined && !override)
    return { answer: refused('There is no such app override'), allowedOrigins }
  const account =
    query.account_id === undefined
      ? undefined
      : await findReconnectable(app, env, query.account_id, found.external_user_id)
  if (query.account_id !== undefined && !account)
    return { answer: refused('There is no such account'), allowedOrigins }
  const asked = query.app_id ?? found.app_slug ?? account?.app_slug ?? override?.appSlug
  const wanted = asked === undefined ? undefined : app.catalog.current.find(asked)
  if (asked !== undefined && !wanted) return { answer: refused('There is no such app'), allowedOrigins }
  if (found.app_slug !== null && wanted && wanted.name_slug !== found.app_slug) {
    return { answer: refused('The Connect token is for another app'), allowedOrigins }
  }
  if (override && wanted?.name_slug !== override.appSlug)
    return { answer: refused('The app override is for another app'), allowedOrigins }
  if (account && wanted?.name_slug !== account.app_slug)
    return { answer: refused('There is no such account'), allowedOrigins }
  if (found.oauth_app_id !== null && (query.oauth_app_id ?? found.oauth_app_id) !== found.oauth_app_id)
    return { answer: refused('The Connect token is for another OAuth app'), allowedOrigins }
  const oauthAppId = query.oauth_app_id ?? found.oauth_app_id ?? override?.oauthAppId
  const oauthApp = oauthAppId
    ? await findOAuthApp(app, env, oauthAppId)
    : wanted?.auth_type === 'oauth' && (await findDefaultOAuthApp(app, env, wanted.name_slug))
  const isOfAnother = oauthApp && wanted && oauthApp.appSlug !== wanted.name_slug
  if (oauthAppId && (!oauthApp || isOfAnother))
    return { answer: refused('There is no such OAuth app'), allowedOrigins }
  return {
    allowedOrigins,
    answer: {
      success: true,
      error: null,
      app: wanted ? renderApp(app, wanted) : null,
      app_override_id: override?.id ?? null,
      app_override_field_names: override ? Object.keys(override.preset) : null,
      error_redirect_uri: found.options.error_redirect_uri,
      oauth_app_id: oauthApp ? oauthApp.id : null,
      oauth_app_workday_official: false,
      oauth_app_connect_base_url: null,
      project_app_name: project.app_name ?? project.name,
      project_environment: found.environment,
      project_id: project.id,
      project_support_email: project.support_email,
      success_redirect_uri: found.options.success_redirect_uri,
    },
  }
}
