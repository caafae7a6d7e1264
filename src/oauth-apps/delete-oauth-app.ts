/** Owns deleting an OAuth app, which is refused while accounts need it to refresh. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { addToCounters } from '../db/counters.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import { countersOfOAuthApp } from './oauth-app-counters.ts'
import { deleteOAuthAppRow, isUsedByAccounts, isUsedByOverrides, keepClientForRevocations } from './store.ts'

/**
 * Where it was the default, there is none afterwards.
 * @throws NotFound when the project has none of that id
 * @throws BadRequest `oauth_app_in_use` while an account of either environment was made with it, or an app override names it
 */
export async function deleteOAuthApp(
  app: Pick<App, 'db' | 'clock'>,
  env: ProjectEnvironment,
  id: string,
  actor: { kind: string; id: string | null },
): Promise<void> {
  await app.db.write(async (tx) => {
    const deleted = await deleteOAuthAppRow(tx, env, id)
    if (!deleted) throw new NotFound()
    if (await isUsedByAccounts(tx, env, id)) {
      throw new BadRequest('Accounts still use this OAuth app; delete them first', {
        code: 'oauth_app_in_use',
      })
    }
    if (await isUsedByOverrides(tx, env, id)) {
      throw new BadRequest('An app override still names this OAuth app; change or delete it first', {
        code: 'oauth_app_in_use',
      })
    }
    await keepClientForRevocations(tx, deleted)
    await addToCounters(tx, countersOfOAuthApp(env, deleted.app_slug), -1)
    await record(tx, {
      at: app.clock.now(),
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'oauth_app.delete',
      target: id,
      details: { app: deleted.app_slug },
    })
  })
}
