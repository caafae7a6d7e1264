/** Owns connecting an account with keys that a person typed: checked, tried out, then stored; for the page and for POST accounts. */
import { type NewCredentials, saveAccount } from '../accounts/save-account.ts'
import type { App } from '../app.ts'
import { consumeConnectToken } from '../connect-tokens/consume-connect-token.ts'
import { ensureExternalUser } from '../external-users/ensure-external-user.ts'
import { AppError } from '../platform/errors.ts'
import { fetchIdentity } from '../upstream/fetch-identity.ts'
import { runTestRequest } from '../upstream/test-request.ts'
import { checkFields } from './check-fields.ts'
import { ConnectError } from './connect-errors.ts'
import { recordConnected, recordNotConnected } from './connection-events.ts'
import type { ConnectToken } from './require-token.ts'
import { resolveConnection, type Connection } from './resolve-connection.ts'
import { findConsumption } from './store.ts'

export type KeysCapabilities = Pick<
  App,
  'db' | 'vault' | 'clock' | 'catalog' | 'config' | 'projects' | 'egress' | 'mintedTokens' | 'log'
>

export interface KeysRequest {
  /** Itself: the webhook that says how it ended names it (contract 7.1). */
  connectToken: string
  /** The page tells developers of keys that were refused; who calls the API hears it in the answer. */
  from: 'page' | 'api'
  /** Slug or id; absent: the token's own. */
  appSlug: string | undefined
  values: Readonly<Record<string, string>>
  name?: string | undefined
  /** Reconnect this account. */
  accountId?: string | undefined
  oauthAppId?: string | undefined
  appOverrideId?: string | undefined
  /** Digest of the whole request: its exact repeat, which the SDKs send after a lost answer, gets the same account. */
  requestDigest: string
}

/**
 * Returns the account's id. `token` may be a consumed one: only the repeat of the request that consumed it is then answered.
 * @throws ConnectError
 */
export async function connectWithKeys(
  app: KeysCapabilities,
  token: ConnectToken,
  request: KeysRequest,
): Promise<string> {
  if (token.consumed_at !== null) return accountOfRepeat(app, token, request)
  if (token.disclosed_at !== null && request.from === 'api') throw new ConnectError('token_invalid')
  return storeKeys(app, token, request, await checkKeys(app, token, request))
}

/** Keys that the provider has accepted, and nothing stored yet. */
export interface CheckedKeys {
  connection: Connection
  values: Record<string, string>
  name: string | null
  /** The provider's own id for the person; null where it names none. */
  uid: string | null
}

/** @throws ConnectError */
export async function checkKeys(
  app: KeysCapabilities,
  token: ConnectToken,
  request: KeysRequest,
): Promise<CheckedKeys> {
  const { appSlug, accountId, oauthAppId, appOverrideId } = request
  const connection = await resolveConnection(app, token, {
    app: appSlug,
    accountId,
    oauthAppId,
    appOverrideId,
  })
  if (connection.catalogApp.auth_type !== 'keys') throw new ConnectError('keys_not_accepted')
  const values = checkFields(connection.catalogApp, request.values, connection.preset)
  await requireGoodKeys(app, connection, values).catch(async (error: unknown) => {
    if (request.from === 'page') await tellOfRefusal(app, connection, request, error)
    throw error
  })
  const identity = await fetchIdentity(app, connection.catalogApp, { customFields: values })
  const name = request.name || (identity.ok && identity.name) || null
  return { connection, values, name, uid: identity.ok ? identity.uid : null }
}

/** Every time, as with a provider's refusal: each was a try of its own, and none says which is the last. */
async function tellOfRefusal(
  app: KeysCapabilities,
  { env, catalogApp, accountId }: Connection,
  { connectToken }: KeysRequest,
  error: unknown,
): Promise<void> {
  if (!(error instanceof ConnectError) || error.code !== 'keys_refused') return
  await app.db.write((tx) =>
    recordNotConnected(tx, app, env, connectToken, {
      app: catalogApp.name_slug,
      accountId,
      code: error.code,
      text: error.message,
    }),
  )
}

/** Returns the account's id. @throws ConnectError `token_used` when another request was faster */
export async function storeKeys(
  app: KeysCapabilities,
  token: ConnectToken,
  request: KeysRequest,
  checked: CheckedKeys,
): Promise<string> {
  try {
    return await store(app, checked, request)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'token_used') throw error
    return accountOfRepeat(app, token, request)
  }
}

/** @throws ConnectError `token_used` when it was another request */
export async function accountOfRepeat(
  app: Pick<App, 'db'>,
  token: ConnectToken,
  { requestDigest }: KeysRequest,
): Promise<string> {
  const consumed = await findConsumption(app.db.read, token.digest)
  if (consumed?.consumed_by !== requestDigest || consumed.account_id === null)
    throw new ConnectError('token_used')
  return consumed.account_id
}

/** No verdict on the keys: nobody answered, or only to say "later". */
const UNREACHABLE = new Set([
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_too_large',
  'egress_blocked',
  'upstream_unavailable',
  'upstream_outcome_unknown',
])

/** The test needs a field that may be left out, and was: other keys of the app are taken as they are. */
const UNTRIED = 'template_value_missing'

/** The definition names the statuses that are a verdict on keys; any other 4xx says that the request is wrong, which good keys cannot help. */
const isFaultOfTheTest = ({ status, reason }: { status: number | null; reason: string }): boolean =>
  reason === 'failed' && status !== null && status >= 400 && status < 500 && status !== 429 && status !== 408

/** @throws ConnectError `keys_refused` or `provider_unreachable` */
async function requireGoodKeys(
  app: KeysCapabilities,
  { catalogApp, project }: Connection,
  customFields: Record<string, string>,
): Promise<void> {
  const result = await runTestRequest(app, catalogApp, { customFields })
  if (result.ok || result.reason === UNTRIED) return
  const { status, reason } = result
  if (isFaultOfTheTest(result)) {
    const facts = { app: catalogApp.name_slug, project: project.id, status }
    app.log.warn(facts, 'the test request of this app seems to be wrong; its keys are taken untried')
    return
  }
  const noVerdict = UNREACHABLE.has(reason) || status === 429 || (status !== null && status >= 500)
  const code = noVerdict ? 'provider_unreachable' : 'keys_refused'
  const detail = `${reason} (HTTP ${status ?? 'none'})`
  app.log.info({ code, app: catalogApp.name_slug, project: project.id, detail }, 'connecting failed')
  throw new ConnectError(code, { detail })
}

async function store(
  app: KeysCapabilities,
  { connection: { token, env, catalogApp, accountId }, values, name, uid }: CheckedKeys,
  { requestDigest, connectToken }: KeysRequest,
): Promise<string> {
  const now = app.clock.now()
  return app.db.write(async (tx) => {
    const { id } = await ensureExternalUser(tx, env, token.external_id, now)
    const saved = await saveAccount(tx, app, env, {
      accountId,
      externalUser: { id, externalId: token.external_id },
      appSlug: catalogApp.name_slug,
      oauthAppId: null,
      name,
      uid,
      credentials: credentialsOfKeys(values),
    })
    await consumeConnectToken(tx, token.digest, requestDigest, saved, now)
    await recordConnected(tx, app, env, connectToken, saved)
    return saved
  })
}

export const credentialsOfKeys = (values: Record<string, string>): NewCredentials => ({
  kind: 'keys',
  values,
  expiresAt: null,
  authorizedScopes: null,
})
