/** Owns laying the catalogue's layers over each other, patch by patch: later wins, and a patch that breaks an app is left out. */

import { BadRequest } from '../platform/errors.ts'
import type { AppDefinition } from '../upstream/app-definition.ts'
import { isObject } from '../upstream/catalog-schema.ts'
import type { AppId } from './app-id.ts'
import { appIdOf } from './app-id.ts'
import { mergePatch } from './merge-patch.ts'

export type CatalogApp = Readonly<AppDefinition> & { readonly id: AppId; readonly featured_weight: number }

/** Lowest first. */
export type LayerName = 'built-in' | 'sandbox' | 'folder' | 'database'

/** What one layer says about one app or template. */
export interface CatalogPatch {
  /** The slug, or `_name` for a template. */
  name: string
  /** For people: the file or row it came from. */
  file: string
  content: unknown
}

export interface CatalogProblem {
  layer: LayerName
  /** Undefined where the file name is no slug, or the whole folder is at fault. */
  name?: string
  file: string
  /** `$.path: what is wrong`, or a sentence on the whole file. */
  message: string
  /** The definition from before the mistake stays in force; otherwise the app is as the layers below have it. */
  kept: boolean
}

export interface LaidPatch extends CatalogPatch {
  layer: LayerName
}

/** Immutable; a patch makes new ones. */
export interface CatalogLayers {
  /** Name of an app or template -> its patches, lowest layer first: a null in one may delete what a template says. */
  drafts: ReadonlyMap<string, readonly LaidPatch[]>
  apps: ReadonlyMap<string, CatalogApp>
}

export const noLayers: CatalogLayers = { drafts: new Map(), apps: new Map() }

/** Draft to finished definition. @throws BadRequest; `details.problems` may list what is wrong line by line */
export type FinishDefinition = (draft: unknown) => AppDefinition

export interface LayRequest {
  layer: LayerName
  patches: readonly CatalogPatch[]
  finish: FinishDefinition
  /** What held before: a patch that has become bad leaves its last good form in force. */
  previous?: CatalogLayers | undefined
}

export function layPatches(
  below: CatalogLayers,
  request: LayRequest,
  problems: CatalogProblem[],
): CatalogLayers {
  const { layer, finish, previous } = request
  // Templates first: an app may extend one of its own layer.
  const ordered = request.patches.toSorted(
    (a, b) => Number(b.name.startsWith('_')) - Number(a.name.startsWith('_')),
  )
  let laid = below
  for (const patch of ordered) {
    const tried = attempt(() => layPatch(laid, { ...patch, layer }, finish))
    if ('layers' in tried) {
      laid = tried.layers
      continue
    }
    const last = previous && lastGood(previous, layer, patch.name)
    const again = last && attempt(() => layPatch(laid, last, finish))
    const kept = again !== undefined && 'layers' in again
    if (kept) laid = again.layers
    for (const message of tried.problems)
      problems.push({ layer, name: patch.name, file: patch.file, message, kept })
  }
  return laid
}

export const lastGood = ({ drafts }: CatalogLayers, layer: LayerName, name: string): LaidPatch | undefined =>
  drafts.get(name)?.find((patch) => patch.layer === layer)

function attempt(lay: () => CatalogLayers): { layers: CatalogLayers } | { problems: string[] } {
  try {
    return { layers: lay() }
  } catch (cause) {
    if (cause instanceof RangeError) return { problems: ['$: is nested too deeply'] }
    if (!(cause instanceof BadRequest)) throw cause
    return { problems: (cause.details?.['problems'] as string[] | undefined) ?? [cause.message] }
  }
}

/** A patch to a template is also one to every app that extends it; all of them must hold, or none is changed. */
function layPatch(layers: CatalogLayers, patch: LaidPatch, finish: FinishDefinition): CatalogLayers {
  const { name, content } = patch
  if (!isObject(content)) throw new BadRequest('$: must be a mapping of keys to values')
  const drafts = new Map(layers.drafts).set(name, [...(layers.drafts.get(name) ?? []), patch])
  const isTemplate = name.startsWith('_')
  if (isTemplate && 'extends' in content) throw new BadRequest('$.extends: a template extends no other')
  const affected = isTemplate
    ? [...layers.apps.keys()].filter((slug) => templateOf(drafts.get(slug) ?? []) === name)
    : [name]
  const apps = new Map(layers.apps)
  for (const slug of affected) apps.set(slug, catalogApp(slug, drafts, finish))
  for (const slug of affected) requireOwnNames(apps.get(slug)!, apps)
  return { drafts, apps }
}

const merged = (patches: readonly LaidPatch[]) =>
  patches.reduce<unknown>((below, { content }) => mergePatch(below, content), {}) as Record<string, unknown>

/** Undefined when the app extends nothing; text that no template has when `extends` is no text at all. */
function templateOf(patches: readonly LaidPatch[]): string | undefined {
  const said = patches.findLast(({ content }) => Object.hasOwn(content as object, 'extends'))
  const name = (said?.content as { extends?: unknown } | undefined)?.extends ?? undefined
  return name === undefined || typeof name === 'string' ? name : JSON.stringify(name)
}

/** All that has a say in an app, in the order of saying: its template's patches, then its own. */
export function patchesOf({ drafts }: Pick<CatalogLayers, 'drafts'>, slug: string): LaidPatch[] {
  const own = drafts.get(slug) ?? []
  const template = templateOf(own)
  const base = template === undefined ? [] : drafts.get(template)
  if (!base || (template !== undefined && !template.startsWith('_')))
    throw new BadRequest(`$.extends: there is no template "${template}"`)
  return [...base, ...own]
}

function catalogApp(slug: string, drafts: CatalogLayers['drafts'], finish: FinishDefinition): CatalogApp {
  const { extends: _, ...draft } = merged(patchesOf({ drafts }, slug))
  if (draft['name_slug'] !== undefined && draft['name_slug'] !== slug)
    throw new BadRequest(`$.name_slug: must be "${slug}", the name of the file`)
  const definition = finish({ ...draft, name_slug: slug })
  const featured_weight = definition.featured_weight ?? weightOf(definition.rank)
  return deepFreeze({ ...definition, id: appIdOf(slug), featured_weight })
}

/** Lower rank, more weight; an app without a rank comes after all that have one. */
const weightOf = (rank: number | undefined) => (rank === undefined ? 0 : Math.max(1, 100_000 - rank))

function requireOwnNames(app: CatalogApp, apps: CatalogLayers['apps']): void {
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

export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
