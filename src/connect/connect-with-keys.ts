/** Owns connecting an account with keys that a person typed: checked, tried out, then stored; for the page and for POST accounts. */
import { saveAccount } from '../accounts/save-account.ts'
import type { App } from '../app.ts'
import { consumeConnectToken } from '../connect-tokens/consume-connect-token.ts'
import { ensureExternalUser } from '../external-users/ensure-external-user.ts'
import { AppError } from '../platform/errors.ts'
import { fetchIdentity } from '../upstream/fetch-identity.ts'
import { runTestRequest } from '../upstream/test-request.ts'
import { checkFields } from './check-fields.ts'
import { ConnectError } from './connect-errors.ts'
import type { ConnectToken } from './require-token.ts'
import { resolveConnection, type Connection } from './resolve-connection.ts'
import { findConsumption } from './store.ts'

type Needs = Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'config' | 'projects' | 'egress' | 'log'>

export interface KeysRequest {
  /** Slug or id; absent: the token's own. */
  appSlug: string | undefined
  values: Readonly<Record<string, string>>
  name?: string | undefined
  /** Reconnect this account. */
  accountId?: string | undefined
  oauthAppId?: string | undefined
  /** Digest of the whole request: its exact repeat, which the SDKs send after a lost answer, gets the same account. */
  requestDigest: string
}

/**
 * Returns the account's id. `token` may be a consumed one: only the repeat of the request that consumed it is then answered.
 * @throws ConnectError
 */
export async function connectWithKeys(
  app: Needs,
  token: ConnectToken,
  request: KeysRequest,
): Promise<string> {
  if (token.consumed_at !== null) return accountOfRepeat(app, token, request)
  const { appSlug, accountId, oauthAppId } = request
  const connection = await resolveConnection(app, token, { app: appSlug, accountId, oauthAppId })
  if (connection.catalogApp.auth_type !== 'keys') throw new ConnectError('keys_not_accepted')
  const customFields = checkFields(connection.catalogApp, request.values)
  await requireGoodKeys(app, connection, customFields)
  const identity = await fetchIdentity(app.egress, connection.catalogApp, { customFields })
  const name = request.name || (identity.ok && identity.name) || null
  try {
    return await store(app, connection, customFields, name, request.requestDigest)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'token_used') throw error
    return accountOfRepeat(app, token, request)
  }
}

/** @throws ConnectError `token_used` when it was another request */
async function accountOfRepeat(
  app: Needs,
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
])
/** The app signs its requests in a way that cannot be tried here; its keys are taken as they are. */
const UNTRIED = 'injection_unsupported'

/** @throws ConnectError `keys_refused` or `provider_unreachable` */
async function requireGoodKeys(
  app: Needs,
  { catalogApp, project }: Connection,
  customFields: Record<string, string>,
): Promise<void> {
  const result = await runTestRequest(app.egress, catalogApp, { customFields })
  if (result.ok || result.reason === UNTRIED) return
  const { status, reason } = result
  const noVerdict = UNREACHABLE.has(reason) || status === 429 || (status !== null && status >= 500)
  const code = noVerdict ? 'provider_unreachable' : 'keys_refused'
  const detail = `${reason} (HTTP ${status ?? 'none'})`
  app.log.info({ code, app: catalogApp.name_slug, project: project.id, detail }, 'connecting failed')
  throw new ConnectError(code, { detail })
}

async function store(
  app: Needs,
  { token, env, catalogApp, accountId }: Connection,
  values: Record<string, string>,
  name: string | null,
  requestDigest: string,
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
      credentials: { kind: 'keys', values, expiresAt: null, authorizedScopes: null },
    })
    await consumeConnectToken(tx, token.digest, requestDigest, saved, now)
    return saved
  })
}
