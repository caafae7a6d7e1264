/** Owns changing and deleting an app override. Accounts that were connected with it keep what they have. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { addToCounters } from '../db/counters.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import { countersOfAppOverride } from './app-override-counters.ts'
import { checkCfmap, checkOAuthApp } from './check-app-override.ts'
import type { AppOverrideShape, UpdateAppOverrideBody } from './contract.ts'
import { renderAppOverride } from './render-app-override.ts'
import {
  deleteAppOverrideRow,
  findAppOverrideByName,
  findAppOverrideRow,
  updateAppOverrideRow,
} from './store.ts'

type Capabilities = Pick<App, 'db' | 'clock' | 'vault' | 'catalog' | 'config'>
type Actor = { kind: string; id: string | null }

/** @throws NotFound; BadRequest as at creation */
export async function updateAppOverride(
  app: Capabilities,
  env: ProjectEnvironment,
  id: string,
  { name, oauth_app_id, cfmap }: UpdateAppOverrideBody,
  actor: Actor,
): Promise<AppOverrideShape> {
  const known = await findAppOverrideRow(app.db.read, env, id)
  if (!known) throw new NotFound()
  const found = app.catalog.current.find(known.app_slug)
  if (cfmap && found) checkCfmap(found, cfmap)
  await checkOAuthApp(app, env, known.app_slug, oauth_app_id ?? null)
  const now = app.clock.now()
  const row = await app.db.write(async (tx) => {
    const current = await findAppOverrideRow(tx, env, id)
    if (!current) throw new NotFound()
    const changed = {
      ...current,
      name: name ?? current.name,
      oauth_app_id: oauth_app_id === undefined ? current.oauth_app_id : oauth_app_id,
      cfmap: cfmap === undefined ? current.cfmap : (cfmap ?? {}),
      updated_at: now,
    }
    const other = await findAppOverrideByName(tx, env, changed.app_slug, changed.name)
    if (other && other.id !== id)
      throw new BadRequest('There is another override of this name for the app', { code: 'name_taken' })
    await updateAppOverrideRow(tx, env, changed)
    await record(tx, {
      at: now,
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'app_override.update',
      target: id,
    })
    return changed
  })
  return renderAppOverride(app, row)
}

/** @throws NotFound when the project has none of that id */
export async function deleteAppOverride(
  app: Capabilities,
  env: ProjectEnvironment,
  id: string,
  actor: Actor,
): Promise<void> {
  await app.db.write(async (tx) => {
    const deleted = await deleteAppOverrideRow(tx, env, id)
    if (!deleted) throw new NotFound()
    await addToCounters(tx, countersOfAppOverride(env, deleted.app_slug), -1)
    await record(tx, {
      at: app.clock.now(),
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'app_override.delete',
      target: id,
      details: { app: deleted.app_slug },
    })
  })
}
