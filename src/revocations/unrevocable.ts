/** Owns why the credentials of an app cannot be ended from here, in words for the one who has to end them by hand. */
import type { App } from '../app.ts'
import type { Tables } from '../db/tables.ts'

export type CredentialsKind = Tables['credentials']['kind']

/** Undefined where the app offers a call for it. */
export function unrevocable(
  { catalog }: Pick<App, 'catalog'>,
  appSlug: string,
  kind: CredentialsKind,
): string | undefined {
  const found = catalog.current.find(appSlug)
  const name = found?.name ?? appSlug
  const where = found?.docs_url === undefined ? '' : `; see ${found.docs_url}`
  if (kind === 'keys') return `keys: Keys live on until they are revoked at ${name} itself${where}`
  if (!found) return `unknown_app: The catalogue no longer has ${name}, so nobody knows how to revoke there`
  if (found.oauth?.revocation === undefined)
    return `no_endpoint: ${name} offers no call that ends a grant; it has to be removed in the account's settings there${where}`
  return undefined
}
