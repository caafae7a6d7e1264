/** Owns changing an OAuth app. Accounts keep working with it: whatever uses it next uses what is written here. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { NotFound } from '../platform/errors.ts'
import { Secret } from '../platform/secret.ts'
import type { OAuthAppShape, UpdateOAuthAppBody } from './contract.ts'
import { renderOAuthApp } from './render-oauth-app.ts'
import { sealClientSecret, sealSettings } from './secret-seal.ts'
import { findOAuthAppRow, type OAuthAppChange, retryRefusedClient, updateOAuthAppRow } from './store.ts'

type Capabilities = Pick<App, 'db' | 'clock' | 'vault' | 'catalog' | 'config'>

/**
 * Only the given fields change; null clears one. Accounts whose client was refused are tried again at once.
 * @throws NotFound when the project has none of that id
 */
export async function updateOAuthApp(
  app: Capabilities,
  env: ProjectEnvironment,
  id: string,
  body: UpdateOAuthAppBody,
  actor: { kind: string; id: string | null },
): Promise<OAuthAppShape> {
  const now = app.clock.now()
  const change = readChange(app, env, id, body)
  const changed = Object.keys(change)
  const row = await app.db.write(async (tx) => {
    if (changed.length === 0) return findOAuthAppRow(tx, env, id)
    const updated = await updateOAuthAppRow(tx, env, id, { ...change, updated_at: now })
    if (updated) {
      await retryRefusedClient(tx, env, id, now)
      await record(tx, {
        at: now,
        workspaceId: env.workspaceId,
        projectId: env.projectId,
        actor,
        action: 'oauth_app.update',
        target: id,
        details: { changed: changed.join(' ') },
      })
    }
    return updated
  })
  if (!row) throw new NotFound()
  return renderOAuthApp(app, row)
}

/** Named one by one: a body may have members that are columns and not the caller's to change. */
const readChange = (
  app: Pick<App, 'vault'>,
  env: ProjectEnvironment,
  id: string,
  { name, description, client_id, client_secret, scopes, additional_scopes, settings }: UpdateOAuthAppBody,
): OAuthAppChange => ({
  ...(name === undefined ? {} : { name }),
  ...(description === undefined ? {} : { description }),
  ...(client_id === undefined ? {} : { client_id }),
  ...(client_secret === undefined
    ? {}
    : { client_secret: sealClientSecret(app, env, id, new Secret(client_secret)) }),
  ...(scopes === undefined ? {} : { scopes }),
  ...(additional_scopes === undefined ? {} : { additional_scopes }),
  ...(settings === undefined ? {} : { settings: sealSettings(app, env, id, settings) }),
})
