/** Owns what it means for accounts that their provider says a person has taken the app away there. */
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { recordAccountEvent } from './account-events.ts'
import { type Identity, identityDigest } from './identity-digest.ts'
import { listAccountsOfIdentity } from './revoking/store.ts'
import { updateAccount } from './store.ts'

const REASON =
  'uninstalled: The person has taken the access away at the provider; the account has to be connected again'

/** The accounts are dead; their credentials stay, as they do after every death. Returns how many there were. */
export async function endUninstalled(
  app: Pick<App, 'db' | 'clock' | 'catalog' | 'config'>,
  project: { workspaceId: string; projectId: string },
  identity: Identity,
): Promise<number> {
  const known = identityDigest(identity)
  if (known === null) return 0
  const now = app.clock.now()
  return app.db.write(async (tx) => {
    const rows = await listAccountsOfIdentity(tx, project.projectId, known)
    for (const row of rows) {
      const env = projectEnvironmentOfRow(project.workspaceId, row)
      const change = {
        error: REASON,
        unhealthy_at: row.unhealthy_at ?? now,
        dead_at: now,
        next_refresh_at: null,
        updated_at: now,
      }
      await updateAccount(tx, env, row.id, change)
      await record(tx, {
        at: now,
        workspaceId: project.workspaceId,
        projectId: project.projectId,
        actor: { kind: 'provider', id: identity.oauthAppId },
        action: 'account.uninstalled',
        target: row.id,
      })
      await recordAccountEvent(tx, app, env, 'account.dead', { ...row, ...change }, REASON)
    }
    return rows.length
  })
}
