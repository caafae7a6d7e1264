/** Owns the catalogue of apps: laid together from its layers, checked, and never changed afterwards. */

import { BadRequest } from '../platform/errors.ts'
import type { AppDefinition } from '../upstream/app-definition.ts'
import { isObject } from '../upstream/catalog-schema.ts'
import { parseAppDefinition } from '../upstream/parse-app-definition.ts'
import type { AppId } from './app-id.ts'
import { appIdOf } from './app-id.ts'
import type { CatalogPatch, CatalogProblem } from './catalog-files.ts'
import { readCatalogFiles } from './catalog-files.ts'
import { mergePatch } from './merge-patch.ts'

export type CatalogApp = Readonly<AppDefinition> & { readonly id: AppId; readonly featured_weight: number }

/** Immutable; a reload makes a new one. */
export interface Catalog {
  /** By slug, id or alias; also an app that is `disabled`, because accounts of it may exist. */
  find(slugOrId: string): CatalogApp | undefined
  /** The apps that are not `disabled`, by slug. */
  list(): readonly CatalogApp[]
}

export interface CatalogSources {
  builtInDir: string
  /** The operator's folder; later than the built-in one, so it wins. */
  operatorDir?: string
  /** Later still: rows of a database, already read. */
  extra?: readonly CatalogPatch[]
}

/** Name of an app or template -> its patches, lowest layer first: a null in one may delete what a template says. */
type Drafts = ReadonlyMap<string, readonly unknown[]>
type Apps = ReadonlyMap<string, CatalogApp>
interface Layers {
  drafts: Drafts
  apps: Apps
}

/**
 * Later layers win, by RFC 7396. A patch outside the built-in folder that would break an app is left out and reported.
 * @throws Error naming file, path and reason if a built-in file is at fault
 */
export async function loadCatalog(
  sources: CatalogSources,
): Promise<{ catalog: Catalog; problems: CatalogProblem[] }> {
  const problems: CatalogProblem[] = []
  const builtIn = await readCatalogFiles(sources.builtInDir)
  const operators =
    sources.operatorDir === undefined ? undefined : await readCatalogFiles(sources.operatorDir)

  let layers = layPatches({ drafts: new Map(), apps: new Map() }, builtIn.patches, problems)
  problems.push(...builtIn.problems)
  if (problems.length > 0)
    throw new Error(
      `the built-in catalogue is broken:\n${problems.map((p) => `  ${p.file}: ${p.message}`).join('\n')}`,
    )

  if (operators) {
    problems.push(...operators.problems)
    layers = layPatches(layers, operators.patches, problems)
  }
  layers = layPatches(layers, sources.extra ?? [], problems)
  return { catalog: catalogOf(layers.apps), problems }
}

function layPatches(layers: Layers, patches: readonly CatalogPatch[], problems: CatalogProblem[]): Layers {
  // Templates first: an app may extend one of its own layer.
  const ordered = patches.toSorted((a, b) => Number(b.name.startsWith('_')) - Number(a.name.startsWith('_')))
  let laid = layers
  for (const patch of ordered) {
    try {
      laid = layPatch(laid, patch)
    } catch (cause) {
      if (!(cause instanceof BadRequest)) throw cause
      problems.push({ file: patch.file, message: cause.message })
    }
  }
  return laid
}

/** A patch to a template is also one to every app that extends it; all of them must hold, or none is changed. */
function layPatch(layers: Layers, { name, content }: CatalogPatch): Layers {
  if (!isObject(content)) throw new BadRequest('$: must be a mapping of keys to values')
  const drafts = new Map(layers.drafts).set(name, [...(layers.drafts.get(name) ?? []), content])
  const isTemplate = name.startsWith('_')
  if (isTemplate && 'extends' in content) throw new BadRequest('$.extends: a template extends no other')
  const affected = isTemplate
    ? [...layers.apps.keys()].filter((slug) => templateOf(slug, drafts) === name)
    : [name]
  const apps = new Map(layers.apps)
  for (const slug of affected) apps.set(slug, catalogApp(slug, drafts))
  for (const slug of affected) requireOwnNames(apps.get(slug)!, apps)
  return { drafts, apps }
}

const merged = (patches: readonly unknown[]) => patches.reduce(mergePatch, {}) as Record<string, unknown>
/** Undefined when the app extends nothing; text that no template has when `extends` is no text at all. */
function templateOf(slug: string, drafts: Drafts): string | undefined {
  const name = merged(drafts.get(slug) ?? [])['extends']
  return name === undefined || typeof name === 'string' ? name : JSON.stringify(name)
}

function catalogApp(slug: string, drafts: Drafts): CatalogApp {
  const template = templateOf(slug, drafts)
  const base = template === undefined ? [] : drafts.get(template)
  if (!base || (template !== undefined && !template.startsWith('_')))
    throw new BadRequest(`$.extends: there is no template "${template}"`)
  const { extends: _, ...draft } = merged([...base, ...(drafts.get(slug) ?? [])])
  if (draft['name_slug'] !== undefined && draft['name_slug'] !== slug)
    throw new BadRequest(`$.name_slug: must be "${slug}", the name of the file`)
  const definition = parseAppDefinition({ ...draft, name_slug: slug })
  const featured_weight = definition.featured_weight ?? weightOf(definition.rank)
  return deepFreeze({ ...definition, id: appIdOf(slug), featured_weight })
}

/** Lower rank, more weight; an app without a rank comes after all that have one. */
const weightOf = (rank: number | undefined) => (rank === undefined ? 0 : Math.max(1, 100_000 - rank))

function requireOwnNames(app: CatalogApp, apps: Apps): void {
  const own = new Set([app.name_slug, ...app.aliases])
  for (const other of apps.values()) {
    if (other.name_slug === app.name_slug) continue
    if (other.id === app.id)
      throw new BadRequest(`$.name_slug: has the same id as ${other.name_slug}; choose another`)
    const taken = [other.name_slug, ...other.aliases].find((name) => own.has(name))
    if (taken !== undefined)
      throw new BadRequest(`$.aliases: "${taken}" is already a name of the app ${other.name_slug}`)
  }
}

function catalogOf(apps: Apps): Catalog {
  const byName = new Map<string, CatalogApp>()
  for (const app of apps.values())
    for (const name of [app.name_slug, app.id, ...app.aliases]) byName.set(name, app)
  const listed = Object.freeze(
    [...apps.values()]
      .filter((app) => !app.disabled)
      .toSorted((a, b) => (a.name_slug < b.name_slug ? -1 : 1)),
  )
  return { find: (slugOrId) => byName.get(slugOrId), list: () => listed }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
