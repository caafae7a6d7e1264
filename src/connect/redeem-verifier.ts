/** Owns the end of an attempt with OAuth 1: what the callback brought is traded for an access token, and whose account it is. */
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { digest, equalDigests } from '../platform/crypto/secrets.ts'
import { fetchIdentity } from '../upstream/fetch-identity.ts'
import { exchangeVerifier, oauth1Of, type OAuth1Token } from '../upstream/oauth1-tokens.ts'
import { TokenRequestFailed } from '../upstream/token-request-failed.ts'
import type { UpstreamValues } from '../upstream/upstream-context.ts'
import type { AttemptPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import type { CallbackQuery } from './read-callback.ts'
import type { RedeemedCode } from './redeem-code.ts'

/** The verifier is sent once. @throws ConnectError */
export async function redeemVerifier(
  app: Pick<App, 'egress' | 'clock' | 'log' | 'mintedTokens'>,
  catalogApp: CatalogApp,
  plan: AttemptPlan,
  query: CallbackQuery,
  given: UpstreamValues,
): Promise<RedeemedCode> {
  const { requestToken } = plan
  if (!requestToken)
    throw new ConnectError('provider_mismatch', { detail: 'the attempt has no request token' })
  const verifier = readVerifier(query, requestToken)
  const { token, secret, answer } = await exchangeVerifier(
    app,
    catalogApp,
    given,
    requestToken,
    verifier,
  ).catch((error: unknown) => {
    throw exchangeError(error)
  })
  const values: UpstreamValues = {
    ...given,
    accessToken: token,
    // What signs stands where other accounts have their refresh token, as the original has it.
    refreshToken: secret,
    scopes: plan.scopes,
  }
  const identity = await fetchIdentity(app, catalogApp, values, { raw: answer })
  if (!identity.ok) app.log.info({ app: catalogApp.name_slug, detail: identity.reason }, 'no identity')
  const { never_expires, access_ttl_s } = oauth1Of(catalogApp).lifecycle
  const ownSecret = plan.ownClient?.secret
  const life = never_expires ? undefined : access_ttl_s
  return {
    name: (identity.ok && identity.name) || null,
    uid: identity.ok ? identity.uid : null,
    choices: [],
    credentials: {
      kind: 'static',
      values: {
        ...given.customFields,
        ...(given.client === undefined ? {} : { oauth_client_id: given.client.id }),
        ...(ownSecret === undefined ? {} : { oauth_client_secret: ownSecret }),
        oauth_access_token: token,
        oauth_refresh_token: secret,
        ...(identity.ok ? { oauth_uid: identity.uid } : {}),
      },
      expiresAt: life === undefined ? null : app.clock.now() + life * 1000,
      // No answer says what was granted.
      authorizedScopes: plan.scopes,
    },
  }
}

/** RFC 5849 section 2.2; a refusal has no standard form: X sends `denied` alone, an old extension `oauth_problem`, and some send nothing. */
function readVerifier(query: CallbackQuery, requestToken: OAuth1Token): string {
  const { oauth_problem: problem, oauth_token: token, oauth_verifier: verifier } = query
  if (problem !== undefined) {
    const refused = problem === 'user_refused' || problem === 'permission_denied'
    throw new ConnectError(refused ? 'user_refused' : 'provider_error', { detail: problem.slice(0, 100) })
  }
  if (token === undefined && verifier === undefined)
    throw new ConnectError('user_refused', { detail: 'the callback has no oauth_verifier' })
  if (token === undefined || !equalDigests(digest(token), digest(requestToken.token)))
    throw new ConnectError('provider_mismatch', {
      detail: 'oauth_token is not the request token of this attempt',
    })
  if (!verifier) throw new ConnectError('provider_error', { detail: 'the callback has no oauth_verifier' })
  return verifier
}

function exchangeError(error: unknown): unknown {
  if (!(error instanceof TokenRequestFailed)) return error
  const code = error.kind === 'transient' ? 'provider_unreachable' : 'exchange_failed'
  return new ConnectError(code, { detail: `${error.code}: ${error.message}`, cause: error })
}
