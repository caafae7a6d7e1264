/** Owns removing an external user, once nothing of theirs is left. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { addToCounters } from '../db/counters.ts'
import type { Tx } from '../db/open.ts'
import { externalUserCounter } from './ensure-external-user.ts'
import { deleteExternalUserRow } from './store.ts'

export async function forgetExternalUser(tx: Tx, env: ProjectEnvironment, id: string): Promise<void> {
  if (await deleteExternalUserRow(tx, env, id)) await addToCounters(tx, [externalUserCounter(env)], -1)
}
