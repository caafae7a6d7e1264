/** Owns issuing a Connect token: for one external user, in one project and environment, never above `connect:*`. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { parseScopes } from '../access/scopes.ts'
import type { App } from '../app.ts'
import { ensureExternalUser } from '../external-users/ensure-external-user.ts'
import { findOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { isoTime } from '../platform/clock.ts'
import { mintNumber } from '../platform/crypto/ids.ts'
import { digest, mintHex } from '../platform/crypto/secrets.ts'
import { BadRequest } from '../platform/errors.ts'
import { checkAllowedOrigins, checkRedirectUri, checkWebhookUri } from './check-uris.ts'
import { CONNECT_TOKEN_MAX_TTL_SECONDS, type CreateTokenAnswer, type CreateTokenBody } from './contract.ts'
import { insertConnectToken } from './store.ts'

type Capabilities = Pick<App, 'db' | 'clock' | 'config' | 'catalog' | 'egress' | 'vault' | 'projects'>

/** Durable before the answer. @throws BadRequest naming the parameter; then nothing was stored, not even the user */
export async function createConnectToken(
  app: Capabilities,
  env: ProjectEnvironment,
  body: CreateTokenBody,
): Promise<CreateTokenAnswer> {
  if (!body.external_user_id.isWellFormed()) throw new BadRequest('external_user_id is not valid Unicode')
  const scopes = readScopes(body.scope)
  const pins = await readPins(app, env, body)
  const allowedOrigins = body.allowed_origins ? checkAllowedOrigins(body.allowed_origins) : null
  if (!allowedOrigins?.length && (await app.projects.find(env.projectId))?.allowed_origins_required_at) {
    throw new BadRequest('This project requires allowed_origins', { code: 'allowed_origins_required' })
  }
  const options = {
    success_redirect_uri: redirectUri('success_redirect_uri', body.success_redirect_uri),
    error_redirect_uri: redirectUri('error_redirect_uri', body.error_redirect_uri),
    webhook_uri:
      body.webhook_uri === undefined ? null : checkWebhookUri(app, 'webhook_uri', body.webhook_uri),
    allow_progressive_scopes: body.allow_progressive_scopes ?? false,
  }
  const now = app.clock.now()
  const expiresAt = now + (body.expires_in ?? CONNECT_TOKEN_MAX_TTL_SECONDS) * 1000
  const token = `ctok_${mintHex(16)}`
  await app.db.write(async (tx) => {
    const user = await ensureExternalUser(tx, env, body.external_user_id, now)
    await insertConnectToken(tx, {
      digest: digest(token),
      connect_session_id: mintNumber(),
      project_id: env.projectId,
      environment: env.environment,
      external_user_id: user.id,
      external_id: user.external_id,
      scopes,
      allowedOrigins,
      options,
      ...pins,
      expires_at: expiresAt,
      consumed_at: null,
      consumed_by: null,
      account_id: null,
      created_at: now,
      disclosed_at: null,
    })
  })
  return {
    token,
    expires_at: isoTime(expiresAt),
    // The caller appends `&app=slug`, so there must be a query already (contract 5.2).
    connect_link_url: `${app.config.publicUrl}/_static/connect.html?token=${token}&connectLink=true`,
  }
}

function readScopes(text: string | undefined): string[] {
  if (text === undefined) return ['connect:*']
  const scopes = parseScopes(text)
  if (!scopes) throw new BadRequest('scope has an unknown or malformed value', { code: 'invalid_scope' })
  if (scopes.includes('*')) {
    throw new BadRequest('A Connect token cannot have the scope *; connect:* is the most', {
      code: 'invalid_scope',
    })
  }
  return scopes
}

async function readPins(app: Capabilities, env: ProjectEnvironment, body: CreateTokenBody) {
  const pinned = body.app_id === undefined ? undefined : app.catalog.current.find(body.app_id)
  if (body.app_id !== undefined && !pinned)
    throw new BadRequest('app_id names no app', { code: 'unknown_app' })
  if (body.oauth_app_id === undefined) return { app_slug: pinned?.name_slug ?? null, oauth_app_id: null }
  const oauthApp = await findOAuthApp(app, env, body.oauth_app_id)
  if (!oauthApp || (pinned && pinned.name_slug !== oauthApp.appSlug)) {
    throw new BadRequest('oauth_app_id names no OAuth app of this project and app', {
      code: 'unknown_oauth_app',
    })
  }
  return { app_slug: oauthApp.appSlug, oauth_app_id: oauthApp.id }
}

const redirectUri = (name: string, text: string | undefined) =>
  text === undefined ? null : checkRedirectUri(name, text)
