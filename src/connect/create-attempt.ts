/** Owns beginning a ConnectAttempt: everything for one trip to a provider is made and sealed here; only OAuth 1 asks the provider first. */
import type { App } from '../app.ts'
import { codeChallengeOf, digest, mintSecret } from '../platform/crypto/secrets.ts'
import { BadRequest } from '../platform/errors.ts'
import { buildAuthorizeUrl } from '../upstream/authorize-url.ts'
import { requestedScopes } from '../upstream/requested-scopes.ts'
import { sealPlan, type AttemptPlan } from './attempt-plan.ts'
import { beginOAuth1 } from './begin-oauth1.ts'
import { callbackAddress } from './addresses.ts'
import { checkFields } from './check-fields.ts'
import { ConnectError } from './connect-errors.ts'
import { discardPending, type FailCapabilities } from './fail-attempt.ts'
import { requireToken, requireTokenOfAttempt, type ConnectToken } from './require-token.ts'
import { resolveConnection, type Connection, type ConnectionRequest } from './resolve-connection.ts'
import { insertAttempt, replaceAttempt, type AttemptRow } from './store.ts'
import { clientOfConnection } from './upstream-client.ts'

/** How long a person may take at the provider (security.md B.2). */
export const ATTEMPT_LIFE_MS = 10 * 60_000

type CreateCapabilities = Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'projects' | 'config' | 'egress'>

export interface AttemptRequest extends ConnectionRequest {
  token: string
  /** What the person typed into the app's fields. */
  values?: Readonly<Record<string, string>> | undefined
  /** The language of the page, where the link names one. */
  lang?: string | undefined
  /** The way on is for the device where it began. */
  handedOver?: string | undefined
}

/**
 * Returns the handle: 256 random bits with which the page asks how the attempt stands. Only its digest is kept.
 * @throws ConnectError
 */
export async function createAttempt(
  app: CreateCapabilities,
  { token: text, ...request }: AttemptRequest,
  flow: AttemptPlan['flow'],
): Promise<string> {
  const token = await requireToken(app, text)
  const handle = mintSecret('')
  const { row, plan } = await planAttempt(app, token, text, digest(handle), request, flow)
  await app.db.write((tx) => insertAttempt(tx, { ...row, sealed: sealPlan(app.vault, row, plan) }))
  return handle
}

/**
 * The same attempt from its beginning, in the same browser, as somebody else at the provider. Returns the consent screen's address.
 * @throws ConnectError
 */
export async function restartAttempt(
  app: CreateCapabilities & FailCapabilities,
  attempt: AttemptRow,
  earlier: AttemptPlan,
): Promise<string> {
  const { request, flow, connectToken } = earlier
  const token = await requireTokenOfAttempt(app, attempt)
  const { row, plan } = await planAttempt(app, token, connectToken, attempt.id, request, flow)
  const again = { ...row, browser_digest: attempt.browser_digest, status: 'started' } as const
  const sealed = sealPlan(app.vault, row, plan)
  const isRevocationDue = await app.db.write(async (tx) => {
    const isReplaced = await replaceAttempt(tx, { ...again, sealed }, attempt.status)
    if (!isReplaced) throw new ConnectError('state_invalid')
    return discardPending(tx, app, attempt, earlier)
  })
  if (isRevocationDue) app.revocationsDue.now()
  return plan.authorizeUrl
}

async function planAttempt(
  app: CreateCapabilities,
  token: ConnectToken,
  connectToken: string,
  id: string,
  request: Omit<AttemptRequest, 'token'>,
  flow: AttemptPlan['flow'],
): Promise<{ row: Omit<AttemptRow, 'sealed'>; plan: AttemptPlan }> {
  const connection = await resolveConnection(app, token, request)
  const { catalogApp, env, oauthApp } = connection
  if (!catalogApp.oauth) throw new ConnectError('app_not_connectable')
  if (connection.asksClient) throw new ConnectError('field_invalid', { faults: { 'client.id': 'missing' } })

  const customFields = checkFields(catalogApp, request.values ?? {}, connection.preset)
  const state = mintSecret('')
  const codeVerifier = mintSecret('')
  const nonce = mintSecret('')
  const wanted = wantedScopes(connection)
  const callbackId = oauthApp?.id ?? catalogApp.id
  const redirectUri = callbackAddress(app.config.publicUrl, callbackId)
  const oauth1 =
    catalogApp.oauth.version === 1
      ? await beginOAuth1(
          app,
          catalogApp,
          { customFields, ...clientOfConnection(connection) },
          { redirectUri, state, ...wanted },
        )
      : undefined
  const now = app.clock.now()
  const row = {
    id,
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
  const isHandedOver = request.handedOver !== undefined
  const plan: AttemptPlan = {
    workspaceId: env.workspaceId,
    externalId: token.external_id,
    connectToken,
    flow,
    request,
    ...oauth1,
    authorizeUrl:
      oauth1?.authorizeUrl ??
      authorizeUrlOf(connection, customFields, {
        redirectUri,
        state,
        codeChallenge: codeChallengeOf(codeVerifier),
        nonce,
        ...wanted,
      }),
    codeVerifier,
    nonce,
    redirectUri,
    ...wanted,
    customFields,
    ...(connection.ownClient === undefined ? {} : { ownClient: connection.ownClient }),
    allowProgressiveScopes: token.options.allow_progressive_scopes,
    successRedirectUri: isHandedOver ? null : token.options.success_redirect_uri,
    errorRedirectUri: isHandedOver ? null : token.options.error_redirect_uri,
    language: request.lang ?? null,
  }
  return { row, plan }
}

/** What the person will be asked to allow. */
export function wantedScopes({ catalogApp, oauthApp, oauthScopeProfile }: Connection) {
  const { oauth } = catalogApp
  if (!oauth) throw new Error(`${catalogApp.name_slug} has no scopes`)
  const { scopes, userScopes } = requestedScopes(oauth, oauthScopeProfile, oauthApp?.scopes ?? undefined)
  const more = oauthApp?.additionalScopes ?? []
  const withMore = (some: readonly string[]) => [...new Set([...some, ...more])]
  return oauth.scopes.profile_applies_to === 'user_param'
    ? { scopes, userScopes: withMore(userScopes) }
    : { scopes: withMore(scopes), userScopes }
}

function authorizeUrlOf(
  connection: Connection,
  customFields: Record<string, string>,
  rest: Omit<Parameters<typeof buildAuthorizeUrl>[1], 'customFields' | 'client'>,
): string {
  try {
    const values = { customFields, ...clientOfConnection(connection) }
    return buildAuthorizeUrl(connection.catalogApp, { ...values, ...rest })
  } catch (cause) {
    // A value of the person's that may not stand in the address; the definition itself was checked when it was loaded.
    if (cause instanceof BadRequest) throw new ConnectError('field_invalid', { cause, detail: cause.message })
    throw cause
  }
}
