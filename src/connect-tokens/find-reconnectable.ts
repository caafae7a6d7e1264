/** Owns which account a person may reconnect: one of his own. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { isAccountId } from '../platform/crypto/ids.ts'
import { findAccountOfUser } from './store.ts'

/** Undefined for what is no id, unknown, or another person's alike. */
export const findReconnectable = async (
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
  id: string,
  externalUserId: string,
) => (isAccountId(id) ? findAccountOfUser(app.db.read, env, id, externalUserId) : undefined)
