/** Owns beginning a ConnectAttempt: everything for one trip to a provider is made and sealed here; nothing is sent yet. */
import type { App } from '../app.ts'
import { codeChallengeOf, digest, mintSecret } from '../platform/crypto/secrets.ts'
import { BadRequest } from '../platform/errors.ts'
import { buildAuthorizeUrl } from '../upstream/authorize-url.ts'
import { requestedScopes } from '../upstream/requested-scopes.ts'
import { oauth2Of } from '../upstream/upstream-context.ts'
import { sealPlan, type AttemptPlan } from './attempt-plan.ts'
import { checkFields } from './check-fields.ts'
import { ConnectError } from './connect-errors.ts'
import { requireToken } from './require-token.ts'
import { resolveConnection, type Connection, type ConnectionRequest } from './resolve-connection.ts'
import { insertAttempt, type AttemptRow } from './store.ts'
import { upstreamClientOf } from './upstream-client.ts'

/** How long a person may take at the provider (security.md B.2). */
export const ATTEMPT_LIFE_MS = 10 * 60_000

export interface AttemptRequest extends ConnectionRequest {
  token: string
  /** What the person typed into the app's fields. */
  values?: Readonly<Record<string, string>> | undefined
  /** The language of the page, where the link names one. */
  lang?: string | undefined
}

/**
 * Returns the handle: 256 random bits with which the page asks how the attempt stands. Only its digest is kept.
 * @throws ConnectError
 */
export async function createAttempt(
  app: Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'projects' | 'config'>,
  request: AttemptRequest,
  flow: AttemptPlan['flow'],
): Promise<string> {
  const token = await requireToken(app, request.token)
  const connection = await resolveConnection(app, token, request)
  const { catalogApp, env, oauthApp } = connection
  if (catalogApp.auth_type !== 'oauth') throw new ConnectError('app_not_connectable')

  const customFields = checkFields(catalogApp, request.values ?? {})
  const handle = mintSecret('')
  const state = mintSecret('')
  const codeVerifier = mintSecret('')
  const wanted = wantedScopes(connection)
  const callbackId = oauthApp?.id ?? catalogApp.id
  const redirectUri = `${app.config.publicUrl}/connect/oauth/${callbackId}/callback`
  const now = app.clock.now()
  const row = {
    id: digest(handle),
    project_id: env.projectId,
    environment: env.environment,
    connect_token_digest: token.digest,
    app_slug: catalogApp.name_slug,
    oauth_app_id: callbackId,
    account_id: connection.accountId,
    state_digest: digest(state),
    browser_digest: null,
    status: 'open',
    error_code: null,
    error: null,
    pending: null,
    verification_digest: null,
    expires_at: now + ATTEMPT_LIFE_MS,
    created_at: now,
  } satisfies Omit<AttemptRow, 'sealed'>
  const plan: AttemptPlan = {
    workspaceId: env.workspaceId,
    externalId: token.external_id,
    flow,
    authorizeUrl: authorizeUrlOf(connection, customFields, {
      redirectUri,
      state,
      codeChallenge: codeChallengeOf(codeVerifier),
      ...wanted,
    }),
    codeVerifier,
    redirectUri,
    ...wanted,
    customFields,
    allowProgressiveScopes: token.options.allow_progressive_scopes,
    successRedirectUri: token.options.success_redirect_uri,
    errorRedirectUri: token.options.error_redirect_uri,
    language: request.lang ?? null,
  }
  await app.db.write((tx) => insertAttempt(tx, { ...row, sealed: sealPlan(app.vault, row, plan) }))
  return handle
}

/** What the person will be asked to allow. */
export function wantedScopes({ catalogApp, oauthApp, oauthScopeProfile }: Connection) {
  const oauth = oauth2Of(catalogApp)
  const { scopes, userScopes } = requestedScopes(oauth, oauthScopeProfile, oauthApp?.scopes ?? undefined)
  const more = oauthApp?.additionalScopes ?? []
  const withMore = (some: readonly string[]) => [...new Set([...some, ...more])]
  return oauth.scopes.profile_applies_to === 'user_param'
    ? { scopes, userScopes: withMore(userScopes) }
    : { scopes: withMore(scopes), userScopes }
}

function authorizeUrlOf(
  { catalogApp, oauthApp }: Connection,
  customFields: Record<string, string>,
  rest: Omit<Parameters<typeof buildAuthorizeUrl>[1], 'customFields' | 'client'>,
): string {
  try {
    return buildAuthorizeUrl(catalogApp, { customFields, ...upstreamClientOf(oauthApp), ...rest })
  } catch (cause) {
    // A value of the person's that may not stand in the address; the definition itself was checked when it was loaded.
    if (cause instanceof BadRequest) throw new ConnectError('field_invalid', { cause, detail: cause.message })
    throw cause
  }
}
