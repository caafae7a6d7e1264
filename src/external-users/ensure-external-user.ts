/** Owns bringing an external user into being: the first time the developer names one, in the transaction that needs it. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { addToCounters, counterKey } from '../db/counters.ts'
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { findExternalUser, insertExternalUser, type ExternalUserRow } from './store.ts'

export const externalUserCounter = (env: ProjectEnvironment): string =>
  counterKey('external_users', env.projectId, env.environment)

export async function ensureExternalUser(
  tx: Tx,
  env: ProjectEnvironment,
  externalId: string,
  now: number,
): Promise<ExternalUserRow> {
  const known = await findExternalUser(tx, env, externalId)
  if (known) return known
  const row: ExternalUserRow = {
    id: mintId('exu'),
    project_id: env.projectId,
    environment: env.environment,
    external_id: externalId,
    created_at: now,
    updated_at: now,
  }
  if (await insertExternalUser(tx, row)) {
    await addToCounters(tx, [externalUserCounter(env)], 1)
    return row
  }
  // Another process named the same user between our two statements; its row is the one.
  const theirs = await findExternalUser(tx, env, externalId)
  if (!theirs) throw new Error('an external user was neither found nor added')
  return theirs
}
