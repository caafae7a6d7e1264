/** Owns ending Connect tokens before their time: those of a user who is deleted, and those long expired. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { deleteExpired } from '../db/delete-expired.ts'
import type { Tx } from '../db/open.ts'
import { deleteConnectTokensOf } from './store.ts'

export const deleteConnectTokensOfUser = (
  tx: Tx,
  env: ProjectEnvironment,
  externalUserId: string,
): Promise<void> =>
  deleteConnectTokensOf(tx, {
    project_id: env.projectId,
    environment: env.environment,
    external_user_id: externalUserId,
  })

/** Expired tokens stay this long, so that whoever opens an old link is told where to get a new one. */
const KEEP_EXPIRED_MS = 7 * 86_400_000
/** Removes at most `limit` tokens; returns how many. */
export const sweepConnectTokens = (app: Pick<App, 'db' | 'clock'>, limit: number): Promise<number> =>
  app.db.write((tx) => deleteExpired(tx, 'connect_tokens', app.clock.now() - KEEP_EXPIRED_MS, limit))
