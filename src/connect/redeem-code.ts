/** Owns what happens over the network when a code has come back: tokens, granted scopes, and whose account it is. */
import type { NewCredentials } from '../accounts/save-account.ts'
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { exchangeCode } from '../upstream/exchange-code.ts'
import { fetchIdentity } from '../upstream/fetch-identity.ts'
import { isRefreshable } from '../upstream/is-refreshable.ts'
import type { Requester } from '../upstream/minted-tokens.ts'
import { type LookupChoice, LookupFailed, type LookupFailure, runLookups } from '../upstream/run-lookups.ts'
import { runTestRequest } from '../upstream/test-request.ts'
import { TokenRequestFailed } from '../upstream/token-request-failed.ts'
import { unfitField } from '../upstream/unfit-field.ts'
import { clientOf, oauth2Of, type UpstreamValues } from '../upstream/upstream-context.ts'
import type { AttemptPlan } from './attempt-plan.ts'
import { ConnectError, type ConnectErrorCode } from './connect-errors.ts'
import { missingScopes } from './missing-scopes.ts'
import type { Callback } from './read-callback.ts'

/** Leaves room for the identity request: the person gets an answer within twenty seconds (test case 137). */
const EXCHANGE_TIMEOUT_MS = 12_000

export interface RedeemedCode {
  name: string | null
  /** The provider's own id for the person; null where it names none. */
  uid: string | null
  credentials: NewCredentials
  /** What is left for the person to choose: the value and `also` of each option go into `credentials.values`. */
  choices: LookupChoice[]
}

/** The code is sent once. @throws ConnectError */
export async function redeemCode(
  app: Pick<App, 'egress' | 'clock' | 'log' | 'mintedTokens'>,
  catalogApp: CatalogApp,
  plan: AttemptPlan,
  { code, kept }: Callback,
  values: UpstreamValues,
): Promise<RedeemedCode> {
  requireFit(catalogApp, kept)
  const { codeVerifier, redirectUri, scopes, userScopes } = plan
  const known = { ...values, callback: kept, customFields: { ...values.customFields, ...kept } }
  const exchange = {
    ...known,
    code,
    codeVerifier,
    redirectUri,
    scopes,
    timeoutMs: EXCHANGE_TIMEOUT_MS,
    ...(plan.nonce === undefined ? {} : { nonce: plan.nonce }),
  }
  const tokens = await exchangeCode(app, catalogApp, exchange).catch((error: unknown) => {
    throw exchangeError(error)
  })
  const { accessToken, refreshToken, stored, grantedScopes, expiresAt } = tokens
  requireFit(catalogApp, stored)
  const granted: UpstreamValues = {
    ...known,
    customFields: { ...known.customFields, ...stored },
    stored: { ...kept, ...stored },
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(grantedScopes === null ? {} : { scopes: grantedScopes }),
  }

  // The scopes that the answer lists are those of the token that counts, which for some apps is the person's own.
  const { profile_applies_to, functional, implies } = oauth2Of(catalogApp).scopes
  const asked = profile_applies_to === 'user_param' ? userScopes : scopes
  const missing = missingScopes(asked, grantedScopes, implies)
  const needed = plan.allowProgressiveScopes ? missingScopes(functional, grantedScopes, implies) : missing
  if (needed.length > 0)
    throw new ConnectError('scopes_missing', { detail: `not granted: ${needed.join(' ').slice(0, 300)}` })

  const { values: lookedUp, choices } = await runLookups(app, catalogApp, granted).catch((error: unknown) => {
    throw lookupError(error)
  })
  requireFit(catalogApp, lookedUp)
  const now = { ...granted, customFields: { ...granted.customFields, ...lookedUp } }
  const isUndecided = missing.length > 0 && functional.length === 0
  if (isUndecided && !(await isFunctional(app, catalogApp, now)))
    throw new ConnectError('scopes_missing', { detail: `not granted: ${missing.join(' ').slice(0, 300)}` })

  const identity = await fetchIdentity(app, catalogApp, now, tokens)
  if (!identity.ok) app.log.info({ app: catalogApp.name_slug, detail: identity.reason }, 'no identity')
  const clientId = clientOf(catalogApp, now)?.id
  // Kept even where there is none: it says whose client the account is refreshed with.
  const ownSecret = plan.ownClient && (plan.ownClient.secret ?? '')
  return {
    name: (identity.ok && identity.name) || null,
    uid: identity.ok ? identity.uid : null,
    credentials: {
      kind: isRefreshable(catalogApp, tokens) ? 'refreshable' : 'static',
      values: {
        ...values.customFields,
        ...kept,
        ...stored,
        ...lookedUp,
        ...(clientId === undefined ? {} : { oauth_client_id: clientId }),
        ...(ownSecret === undefined ? {} : { oauth_client_secret: ownSecret }),
        oauth_access_token: accessToken,
        ...(refreshToken === undefined ? {} : { oauth_refresh_token: refreshToken }),
        ...(identity.ok ? { oauth_uid: identity.uid } : {}),
      },
      expiresAt,
      refreshExpiresAt: tokens.refreshExpiresAt,
      authorizedScopes: grantedScopes,
    },
    choices,
  }
}

/** A value from elsewhere ends up in addresses and with the developer: it has the form that the catalogue knows, or nothing is connected. */
function requireFit(catalogApp: CatalogApp, values: Readonly<Record<string, string>>): void {
  const name = unfitField(catalogApp, values)
  if (name !== undefined)
    throw new ConnectError('provider_mismatch', { detail: `${name} does not have the form it should have` })
}

/** With fewer scopes than asked for and no word of the catalogue on them, the app's own test request decides (contract 5.4). */
async function isFunctional(
  app: Requester,
  catalogApp: CatalogApp,
  values: UpstreamValues,
): Promise<boolean> {
  return (await runTestRequest(app, catalogApp, values)).ok
}

const LOOKUP_CODES: Record<LookupFailure, ConnectErrorCode> = {
  nothing_to_choose: 'nothing_to_choose',
  lookup_refused: 'lookup_refused',
  lookup_failed: 'exchange_failed',
  upstream_unreachable: 'provider_unreachable',
}

const lookupError = (error: unknown) =>
  error instanceof LookupFailed
    ? new ConnectError(LOOKUP_CODES[error.code], { detail: error.message, cause: error })
    : error

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
