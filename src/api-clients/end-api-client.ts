/** Owns ending an API client: deleted for good, or disabled until enabled again. Its tokens die with it, everywhere within a second. */
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { NotFound } from '../platform/errors.ts'
import { deleteApiClientRow, updateApiClient } from './store.ts'

type Actor = { kind: string; id: string | null }
type Capabilities = Pick<App, 'db' | 'clock' | 'accessTokens'>

async function change(
  app: Capabilities,
  workspaceId: string,
  clientId: string,
  actor: Actor,
  verb: 'delete' | 'disable' | 'enable',
): Promise<void> {
  const now = app.clock.now()
  await app.db.write(async (tx) => {
    const found =
      verb === 'delete'
        ? await deleteApiClientRow(tx, workspaceId, clientId)
        : await updateApiClient(tx, workspaceId, clientId, {
            disabled_at: verb === 'disable' ? now : null,
            updated_at: now,
          })
    if (!found) throw new NotFound()
    const action = `api_client.${verb}`
    await record(tx, { at: now, workspaceId, projectId: null, actor, action, target: clientId })
  })
  app.accessTokens.forget(clientId)
}

export const deleteApiClient = (app: Capabilities, workspaceId: string, clientId: string, actor: Actor) =>
  change(app, workspaceId, clientId, actor, 'delete')

export const disableApiClient = (app: Capabilities, workspaceId: string, clientId: string, actor: Actor) =>
  change(app, workspaceId, clientId, actor, 'disable')

export const enableApiClient = (app: Capabilities, workspaceId: string, clientId: string, actor: Actor) =>
  change(app, workspaceId, clientId, actor, 'enable')
