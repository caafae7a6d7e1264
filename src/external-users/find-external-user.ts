/** Owns finding an external user by the developer's own id, exactly as it was given. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { isExternalId } from './external-id.ts'
import { type ExternalUserRow, findExternalUser } from './store.ts'

export async function findExternalUserByExternalId(
  app: Pick<App, 'db'>,
  env: ProjectEnvironment,
  externalId: string,
): Promise<ExternalUserRow | undefined> {
  return isExternalId(externalId) ? findExternalUser(app.db.read, env, externalId) : undefined
}
