/** Owns reading one account, with its credentials when an API client asks for them. */
import type { Caller } from '../access/caller.ts'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { isAccountId } from '../platform/crypto/ids.ts'
import { NotFound } from '../platform/errors.ts'
import { checkMayReadCredentials } from './may-read-credentials.ts'
import { freshCredentials, type FreshCapabilities } from './fresh-credentials.ts'
import { renderAccount } from './render-account.ts'
import { findAccount, findAccountWithCredentials } from './store.ts'

/** The account's JSON text. @throws NotFound for an unknown id, another tenant's and another user's alike */
export async function retrieveAccount(
  app: FreshCapabilities & Pick<App, 'config' | 'catalog'>,
  env: ProjectEnvironment,
  caller: Caller,
  id: string,
  includeCredentials: boolean,
): Promise<string> {
  if (!includeCredentials) {
    const externalUserId = caller.kind === 'connect_token' ? caller.externalUserId : undefined
    const row = isAccountId(id) ? await findAccount(app.db.read, env, id, { externalUserId }) : undefined
    if (!row) throw new NotFound()
    return renderAccount(app, row)
  }
  checkMayReadCredentials(caller)
  const row = isAccountId(id) ? await findAccountWithCredentials(app.db.read, env, id) : undefined
  if (!row) throw new NotFound()
  const { account, credentialsText } = await freshCredentials(app, env, row)
  return renderAccount(app, account, credentialsText)
}
