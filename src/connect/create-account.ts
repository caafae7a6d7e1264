/** Owns `POST accounts`: connecting with keys through the API. The Connect token in the body decides whose account it is. */
import { invalidToken } from '../access/authorize.ts'
import type { Caller } from '../access/caller.ts'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { CreateAccountBody } from '../accounts/contract.ts'
import { retrieveAccount } from '../accounts/retrieve-account.ts'
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { BadRequest, Forbidden } from '../platform/errors.ts'
import { parseStrictJson } from '../platform/strict-json.ts'
import { ConnectError } from './connect-errors.ts'
import { connectWithKeys } from './connect-with-keys.ts'
import { requireKnownToken } from './require-token.ts'

/**
 * The account's JSON text. The exact repeat of the request that made an account is answered with that account (decisions 3.6).
 * @throws Forbidden when token and caller are of different tenants or users; ConnectError for everything about the connection
 */
export async function createAccount(
  app: App,
  env: ProjectEnvironment,
  caller: Caller,
  query: { external_user_id?: string; oauth_app_id?: string },
  body: CreateAccountBody,
): Promise<string> {
  const token = await requireKnownToken(app, body.connect_token)
  const sameTenant = token.project_id === env.projectId && token.environment === env.environment
  const sameUser = caller.kind === 'api_client' || caller.externalUserId === token.external_user_id
  const askedUser = query.external_user_id ?? token.external_id
  if (!sameTenant || !sameUser || askedUser !== token.external_id) {
    throw new Forbidden('connect_token belongs to another project, environment or user', {
      code: 'token_mismatch',
    })
  }
  // Whoever holds a Connect token may have been sent it: the developer's server has to say for whom it connects.
  if (caller.kind === 'connect_token' && (await app.projects.find(env.projectId))?.verifier_uri) {
    throw new Forbidden('This project verifies connections: use the Connect page, or call from your server', {
      code: 'verification_required',
    })
  }
  const isDisclosed = caller.kind === 'connect_token' && caller.isDisclosed
  if (isDisclosed && caller.digest !== token.digest) throw invalidToken()
  const values = readFields(body.cfmap_json)
  const accountId = body.account_id ?? undefined
  const appOverrideId = body.app_override_id ?? undefined
  const id = await connectWithKeys(app, token, {
    connectToken: body.connect_token,
    from: 'api',
    appSlug: body.app_slug,
    values,
    name: body.name ?? undefined,
    accountId,
    oauthAppId: query.oauth_app_id,
    appOverrideId,
    requestDigest: digest(
      JSON.stringify([body.app_slug, accountId, body.name, sortedEntries(values), appOverrideId]),
    ),
  }).catch((error: unknown) => {
    // A token that has left in a webhook is good for the exact repeat of what it did, and for nothing else.
    throw isDisclosed && error instanceof ConnectError ? invalidToken() : error
  })
  return retrieveAccount(app, env, caller, id, false)
}

/** Members in another order are the same request. */
const sortedEntries = (values: Record<string, string>) =>
  Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))

/** JSON within JSON (contract 2.C); texts only, nothing is coerced. */
function readFields(text: string): Record<string, string> {
  let fields: unknown
  try {
    fields = parseStrictJson(text)
  } catch (cause) {
    throw new BadRequest('cfmap_json is not valid JSON', { code: 'invalid_parameter', cause })
  }
  const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields)
  if (!isObject || !Object.values(fields as object).every((value) => typeof value === 'string')) {
    throw new BadRequest('cfmap_json must be the JSON text of an object of texts', {
      code: 'invalid_parameter',
    })
  }
  return fields as Record<string, string>
}
