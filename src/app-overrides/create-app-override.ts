/** Owns making an app override. The SDKs repeat a creation whose answer they lost: a name is used once for each app. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { addToCounters } from '../db/counters.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { BadRequest } from '../platform/errors.ts'
import { countersOfAppOverride } from './app-override-counters.ts'
import { checkCfmap, checkOAuthApp } from './check-app-override.ts'
import type { AppOverrideShape, CreateAppOverrideBody } from './contract.ts'
import { renderAppOverride } from './render-app-override.ts'
import { type AppOverrideRow, findAppOverrideByName, insertAppOverride } from './store.ts'

type Capabilities = Pick<App, 'db' | 'clock' | 'vault' | 'catalog' | 'config'>

/**
 * The repeat of a creation is answered with what is there.
 * @throws BadRequest for an unknown app, field or OAuth app, and when the name is taken by one that differs
 */
export async function createAppOverride(
  app: Capabilities,
  env: ProjectEnvironment,
  body: CreateAppOverrideBody,
  actor: { kind: string; id: string | null },
): Promise<AppOverrideShape> {
  const found = app.catalog.current.find(body.app)
  if (!found) throw new BadRequest('app names no app', { code: 'unknown_app' })
  const cfmap = body.cfmap ?? {}
  const oauthAppId = body.oauth_app_id ?? null
  checkCfmap(found, cfmap)
  await checkOAuthApp(app, env, found.name_slug, oauthAppId)
  const now = app.clock.now()
  const wanted: AppOverrideRow = {
    id: mintId('ao'),
    project_id: env.projectId,
    app_slug: found.name_slug,
    name: body.name,
    oauth_app_id: oauthAppId,
    cfmap,
    created_at: now,
    updated_at: now,
  }
  const row = await app.db.write(async (tx) => {
    const counters = countersOfAppOverride(env, wanted.app_slug)
    // Raising a total holds its row: of two creations at once the second sees what the first has made.
    await addToCounters(tx, counters, 1)
    const known = await findAppOverrideByName(tx, env, wanted.app_slug, wanted.name)
    if (known) {
      if (!isSame(known, wanted))
        throw new BadRequest('There is another override of this name for the app', { code: 'name_taken' })
      await addToCounters(tx, counters, -1)
      return known
    }
    await insertAppOverride(tx, wanted)
    await record(tx, {
      at: now,
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'app_override.create',
      target: wanted.id,
      details: { app: wanted.app_slug },
    })
    return wanted
  })
  return renderAppOverride(app, row)
}

const isSame = (a: AppOverrideRow, b: AppOverrideRow) =>
  a.oauth_app_id === b.oauth_app_id && inOrder(a.cfmap) === inOrder(b.cfmap)
const inOrder = (cfmap: Record<string, string>) =>
  JSON.stringify(Object.entries(cfmap).toSorted(([a], [b]) => (a < b ? -1 : 1)))
