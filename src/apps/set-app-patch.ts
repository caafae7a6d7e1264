/** Owns changing the catalogue's database layer: what is sound only, and where credentials of people go only when that was said aloud. */
import type { App } from '../app.ts'
import { type AuditEntry, record } from '../audit/record.ts'
import type { Tx } from '../db/open.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import { nameOfFile } from './catalog-files.ts'
import type { CatalogLayers } from './catalog-layers.ts'
import { changedTargets } from './credential-targets.ts'
import { deleteCatalogPatch, selectCatalogPatches, selectConnectedApps, upsertCatalogPatch } from './store.ts'

type Needs = Pick<App, 'catalog' | 'clock' | 'db'>

export interface PatchRequest {
  /** A slug, or `_name` for a template. */
  name: string
  actor: AuditEntry['actor']
  workspaceId: string
  /** The actor has been shown that people's credentials would go elsewhere, and wants it. */
  confirmed: boolean
}

/**
 * Creates the row or takes its place whole. Every process follows within seconds.
 * @throws BadRequest `bad_app_definition` if an app would break, `confirmation_needed` if people have connected an app and this decides
 * where their credentials go
 */
export async function setAppPatch(app: Needs, request: PatchRequest, content: unknown): Promise<void> {
  if (nameOfFile(`${request.name}.yaml`) === undefined)
    throw new BadRequest('an app is named by small letters, digits and underscores')
  await change(app, request, 'app.set', content, (tx) =>
    upsertCatalogPatch(tx, request.name, content, app.clock.now()),
  )
}

/** @throws NotFound if there is no such row; otherwise as `setAppPatch` */
export async function unsetAppPatch(app: Needs, request: PatchRequest): Promise<void> {
  await change(app, request, 'app.unset', undefined, (tx) => deleteCatalogPatch(tx, request.name))
}

/** `content` is undefined for none. */
async function change(
  app: Needs,
  { name, actor, workspaceId, confirmed }: PatchRequest,
  action: string,
  content: unknown,
  write: (tx: Tx) => Promise<void>,
): Promise<void> {
  const rows = await selectCatalogPatches(app.db.read)
  const others = rows.filter((patch) => patch.name !== name)
  if (content === undefined && others.length === rows.length) throw new NotFound()
  const extra = content === undefined ? others : [...others, { name, file: `database: ${name}`, content }]
  const { layers, problems } = await app.catalog.imagine(extra)
  const known = new Set(app.catalog.problems.map(({ file, message }) => `${file} ${message}`))
  const fresh = problems.filter(({ file, message }) => !known.has(`${file} ${message}`))
  if (fresh.length > 0)
    throw new BadRequest(fresh.map(({ file, message }) => `${file}: ${message}`).join('; '), {
      code: 'bad_app_definition',
      details: { problems: fresh.map(({ message }) => message) },
    })

  const changes = changesOf(app.catalog.layers, layers)
  const connected = await selectConnectedApps(app.db.read, [...changes.keys()])
  if (connected.length > 0 && !confirmed) {
    const what = connected.map((slug) => `${slug} (${changes.get(slug)!.join(', ')})`).join('; ')
    throw new BadRequest(
      `People have connected accounts, and this changes where their credentials go: ${what}`,
      {
        code: 'confirmation_needed',
        details: { apps: connected },
      },
    )
  }
  await app.db.write(async (tx) => {
    await write(tx)
    await record(tx, {
      at: app.clock.now(),
      workspaceId,
      projectId: null,
      actor,
      action,
      target: name,
      details: {
        changed: [...new Set([...changes.values()].flat())].join(', ') || null,
        connected: connected.join(', ') || null,
      },
    })
  })
  await app.catalog.reload()
}

/** App -> what of it decides where credentials go and would change. Of a new app there are no credentials yet. */
function changesOf(before: CatalogLayers, after: CatalogLayers): Map<string, string[]> {
  const changes = new Map<string, string[]>()
  for (const [slug, app] of before.apps) {
    const next = after.apps.get(slug)
    const changed = next === undefined ? ['it leaves the catalogue'] : changedTargets(app, next)
    if (changed.length > 0) changes.set(slug, changed)
  }
  return changes
}
