/** Owns what happens over the network when a code has come back: tokens, granted scopes, and whose account it is. */
import type { NewCredentials } from '../accounts/save-account.ts'
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { exchangeCode } from '../upstream/exchange-code.ts'
import { fetchIdentity } from '../upstream/fetch-identity.ts'
import { runTestRequest } from '../upstream/test-request.ts'
import { TokenRequestFailed } from '../upstream/token-request-failed.ts'
import { clientOf, oauth2Of, type UpstreamValues } from '../upstream/upstream-context.ts'
import type { AttemptPlan } from './attempt-plan.ts'
import { ConnectError, type ConnectErrorCode } from './connect-errors.ts'
import { missingScopes } from './missing-scopes.ts'
import type { Callback } from './read-callback.ts'

/** Leaves room for the identity request: the person gets an answer within twenty seconds (test case 137). */
const EXCHANGE_TIMEOUT_MS = 12_000

export interface RedeemedCode {
  name: string | null
  credentials: NewCredentials
}

/** The code is sent once. @throws ConnectError */
export async function redeemCode(
  app: Pick<App, 'egress' | 'clock' | 'log'>,
  catalogApp: CatalogApp,
  plan: AttemptPlan,
  { code, kept }: Callback,
  values: UpstreamValues,
): Promise<RedeemedCode> {
  const { codeVerifier, redirectUri, scopes, userScopes } = plan
  const known = { ...values, callback: kept, customFields: { ...values.customFields, ...kept } }
  const exchange = { ...known, code, codeVerifier, redirectUri, scopes, timeoutMs: EXCHANGE_TIMEOUT_MS }
  const tokens = await exchangeCode(app, catalogApp, exchange).catch((error: unknown) => {
    throw exchangeError(error)
  })
  const { accessToken, refreshToken, stored, grantedScopes, expiresAt } = tokens
  const now: UpstreamValues = {
    ...known,
    customFields: { ...known.customFields, ...stored },
    stored: { ...kept, ...stored },
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(grantedScopes === null ? {} : { scopes: grantedScopes }),
  }

  // The scopes that the answer lists are those of the token that counts, which for some apps is the person's own.
  const asked = oauth2Of(catalogApp).scopes.profile_applies_to === 'user_param' ? userScopes : scopes
  const missing = missingScopes(asked, grantedScopes)
  if (missing.length > 0 && !(plan.allowProgressiveScopes && (await isFunctional(app, catalogApp, now))))
    throw new ConnectError('scopes_missing', { detail: `not granted: ${missing.join(' ').slice(0, 300)}` })

  const identity = await fetchIdentity(app.egress, catalogApp, now, tokens)
  if (!identity.ok) app.log.info({ app: catalogApp.name_slug, detail: identity.reason }, 'no identity')
  const clientId = clientOf(catalogApp, now)?.id
  return {
    name: (identity.ok && identity.name) || null,
    credentials: {
      kind: refreshToken === undefined ? 'static' : 'refreshable',
      values: {
        ...values.customFields,
        ...kept,
        ...stored,
        ...(clientId === undefined ? {} : { oauth_client_id: clientId }),
        oauth_access_token: accessToken,
        ...(refreshToken === undefined ? {} : { oauth_refresh_token: refreshToken }),
        ...(identity.ok ? { oauth_uid: identity.uid } : {}),
      },
      expiresAt,
      authorizedScopes: grantedScopes,
    },
  }
}

/** With fewer scopes than asked for, the app's own test request decides whether they are enough (contract 5.4). */
async function isFunctional(
  app: Pick<App, 'egress'>,
  catalogApp: CatalogApp,
  values: UpstreamValues,
): Promise<boolean> {
  return (await runTestRequest(app.egress, catalogApp, values)).ok
}

const CODES: Record<TokenRequestFailed['kind'], ConnectErrorCode> = {
  configuration: 'client_refused',
  permanent: 'exchange_failed',
  transient: 'provider_unreachable',
  unknown: 'exchange_failed',
}

function exchangeError(error: unknown): unknown {
  if (!(error instanceof TokenRequestFailed)) return error
  const detail = [error.code, error.upstreamError, error.message]
    .filter((part) => part !== undefined)
    .join(': ')
  return new ConnectError(CODES[error.kind], { detail, cause: error })
}
