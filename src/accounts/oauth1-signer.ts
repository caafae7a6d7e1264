/** Owns signing for an OAuth 1 account on behalf of code that holds its token, but must never hold the OAuth client's secret. */
import { type Static, Type } from 'typebox'
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { BadRequest, Unauthorized } from '../platform/errors.ts'
import { digest, equalDigests } from '../platform/crypto/secrets.ts'
import { isAllowedTarget } from '../upstream/allowed-hosts.ts'
import { injectionOf } from '../upstream/inject-credentials.ts'
import { oauth1Authorization } from '../upstream/oauth1-authorization.ts'
import type { Parameter } from '../upstream/oauth1-signature.ts'
import { clientOfAccount } from './client-of-account.ts'
import { type CredentialValues, openCredentialsText } from './credentials-seal.ts'
import { findAnyAccountWithCredentials } from './store.ts'

type Capabilities = Pick<App, 'db' | 'vault' | 'catalog' | 'clock' | 'config'>

export const SIGNER_ROUTE = '/v1/connect/oauth1/:account_id/sign'

/** As components of the original send it; whatever else a library puts in is ignored. */
export const SignBody = Type.Object({
  requestData: Type.Object({
    method: Type.Optional(Type.String({ maxLength: 20, pattern: '^[A-Za-z]+$' })),
    url: Type.String({ maxLength: 16_000 }),
    data: Type.Optional(Type.Unknown({ description: 'Members of a form body; nothing else is signed' })),
  }),
  token: Type.Object({
    key: Type.String({ maxLength: 4096, description: 'oauth_access_token' }),
    secret: Type.String({ maxLength: 4096, description: 'oauth_refresh_token' }),
  }),
})
export type SignBody = Static<typeof SignBody>

/** The credentials with the signer's address beside token and token secret (apps.md 0.4); other accounts' as they are. */
export function withSignerUri(
  { catalog, config }: Pick<App, 'catalog' | 'config'>,
  account: { id: string; app_slug: string },
  credentialsText: string,
): string {
  if (catalog.current.find(account.app_slug)?.oauth?.version !== 1) return credentialsText
  const uri = config.publicUrl + SIGNER_ROUTE.replace(':account_id', account.id)
  return JSON.stringify({ ...(JSON.parse(credentialsText) as CredentialValues), oauth_signer_uri: uri })
}

/**
 * Returns the Authorization header. Token and token secret of the account are the caller's proof; a wrong one and an account that is not
 * there look the same.
 * @throws Unauthorized; BadRequest for what cannot be signed, or may not: hosts that the credentials must not go to
 */
export async function signForAccount(
  app: Capabilities,
  accountId: string,
  { requestData, token }: SignBody,
): Promise<string> {
  const row = /^apn_[0-9A-Za-z]{1,60}$/.test(accountId)
    ? await findAnyAccountWithCredentials(app.db.read, accountId)
    : undefined
  const definition = row && app.catalog.current.find(row.app_slug)
  if (!row || definition?.oauth?.version !== 1 || row.dead_at !== null) throw refused()
  const env = projectEnvironmentOfRow(row.workspace_id, row)
  const values = JSON.parse(openCredentialsText(app.vault, env, row)) as CredentialValues
  if (!isProof(token, values)) throw refused()

  const injection = injectionOf(definition)
  const { client } = await clientOfAccount(app, env, row, definition, values)
  // PLAINTEXT is no signature: it would hand out the very secret that this is here to keep.
  if (injection?.type !== 'oauth1' || injection.signature_method === 'PLAINTEXT' || client === undefined)
    throw new BadRequest('Requests of this account cannot be signed here', { code: 'not_signable' })
  const url = URL.parse(requestData.url)
  if (!url || !isAllowedTarget(definition, { customFields: values }, url))
    throw new BadRequest('url is not an address that this account is for', { code: 'not_signable' })
  return oauth1Authorization(
    { method: requestData.method ?? 'GET', url, form: formParameters(requestData.data) },
    {
      signatureMethod: injection.signature_method,
      clientId: client.id,
      secrets: { client: client.secret ?? '', token: token.secret },
      token: token.key,
      now: app.clock.now(),
    },
  )
}

const refused = () => new Unauthorized('No account has this token', { code: 'signer_refused' })

function isProof(token: SignBody['token'], values: CredentialValues): boolean {
  const { oauth_access_token: key, oauth_refresh_token: secret } = values
  if (key === undefined || secret === undefined) return false
  // Both, always: the answer's time tells nothing of which was wrong.
  const isKey = equalDigests(digest(token.key), digest(key))
  const isSecret = equalDigests(digest(token.secret), digest(secret))
  return isKey && isSecret
}

/** As a form carries it: a list is the same name several times, null an empty text. @throws BadRequest */
function formParameters(data: unknown): Parameter[] {
  if (data === undefined || data === null) return []
  if (typeof data === 'string') return [...new URLSearchParams(data)]
  if (typeof data !== 'object' || Array.isArray(data)) throw unsignable()
  return Object.entries(data).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): Parameter => [name, formText(one)]),
  )
}

function formText(value: unknown): string {
  if (value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw unsignable()
}

const unsignable = () =>
  new BadRequest(
    'requestData.data must be the members of a form: texts, numbers, truth values or lists of them',
    {
      code: 'invalid_parameter',
    },
  )
