/** Owns the catalogue of apps: laid together from its layers, checked, and never changed afterwards. */

import { BadRequest } from '../platform/errors.ts'
import type { AppDefinition } from '../upstream/app-definition.ts'
import { fillDefaults } from '../upstream/fill-defaults.ts'
import { BrokenCatalog } from './broken-catalog.ts'
import type { CatalogText, FileProblem } from './catalog-files.ts'
import { parseCatalogTexts, readCatalogTexts } from './catalog-files.ts'
import type {
  CatalogApp,
  CatalogLayers,
  CatalogPatch,
  CatalogProblem,
  FinishDefinition,
  LayerName,
} from './catalog-layers.ts'
import { layPatches, noLayers } from './catalog-layers.ts'
import { compiledKey, readCompiled, writeCompiled } from './compiled-catalog.ts'

export type { CatalogApp } from './catalog-layers.ts'

/** Immutable; a reload makes a new one. */
export interface Catalog {
  /** By slug, id or alias; also an app that is `disabled`, because accounts of it may exist. */
  find(slugOrId: string): CatalogApp | undefined
  /** The apps that are not `disabled`, by slug. */
  list(): readonly CatalogApp[]
}

export interface CatalogSources {
  builtInDir: string
  /** Where the built-in folder is kept compiled; without it every load reads and checks the sources. */
  compiledFile?: string
  /** Gives what `loadBuiltIn` makes of the two above, where that may be known already. Asked only when it is needed. */
  builtIn?: () => Promise<CatalogLayers>
  /** Made by this program and proved by its tests, so not checked at every start. */
  sandbox?: readonly CatalogPatch[]
  /** The operator's folder; later than the built-in one, so it wins. */
  operatorDir?: string | undefined
  /** Later still: rows of a database, already read. */
  extra?: readonly CatalogPatch[]
}

export interface LoadedCatalog {
  catalog: Catalog
  problems: CatalogProblem[]
  /** The layers that came with the program. */
  base: CatalogLayers
  layers: CatalogLayers
}

/**
 * Later layers win, by RFC 7396. A patch outside the built-in folder that would break an app is left out and reported; with `previous`, the
 * catalogue that was in force until now, its last good form stays, and what came with the program is not read again.
 * @throws BrokenCatalog naming file, path and reason if a built-in file is at fault; BadRequest if the operator's folder cannot be read at all
 */
export async function loadCatalog(
  sources: CatalogSources,
  previous?: Pick<LoadedCatalog, 'base' | 'layers'>,
): Promise<LoadedCatalog> {
  const problems: CatalogProblem[] = []
  const base = previous?.base ?? (await loadBase(sources))
  let layers = base
  const lay = async (layer: LayerName, patches: readonly CatalogPatch[]) => {
    if (patches.length === 0) return
    const request = { layer, patches, finish: await checkedDefinition(), previous: previous?.layers }
    layers = layPatches(layers, request, problems)
  }
  if (sources.operatorDir !== undefined)
    await lay('folder', await readFolder(sources.operatorDir, previous?.layers, problems))
  await lay('database', sources.extra ?? [])
  return { catalog: catalogOf(layers.apps), problems, base, layers }
}

/** Ajv takes a third of a second to compile the format's schema: not before there is something to check. */
async function checkedDefinition(): Promise<FinishDefinition> {
  return (await import('../upstream/parse-app-definition.ts')).parseAppDefinition
}
const trustedDefinition: FinishDefinition = (draft) => fillDefaults(draft) as AppDefinition

async function loadBase(sources: CatalogSources): Promise<CatalogLayers> {
  const builtIn = await (sources.builtIn?.() ?? loadBuiltIn(sources))
  const request = { layer: 'sandbox' as const, patches: sources.sandbox ?? [], finish: trustedDefinition }
  return layPatches(builtIn, request, [])
}

/** @throws BrokenCatalog, or the file system's error */
export async function loadBuiltIn({
  builtInDir,
  compiledFile,
}: Pick<CatalogSources, 'builtInDir' | 'compiledFile'>): Promise<CatalogLayers> {
  const { texts, problems } = await readCatalogTexts(builtInDir)
  if (compiledFile === undefined) return checkBuiltIn(texts, problems)
  const key = compiledKey(texts)
  const compiled = await readCompiled(compiledFile, key)
  if (compiled) return compiled
  const layers = await checkBuiltIn(texts, problems)
  await writeCompiled(compiledFile, key, layers)
  return layers
}

async function checkBuiltIn(texts: CatalogText[], unread: FileProblem[]): Promise<CatalogLayers> {
  const { patches, problems: unparsed } = await parseCatalogTexts(texts)
  const unsound: CatalogProblem[] = []
  const request = { layer: 'built-in' as const, patches, finish: await checkedDefinition() }
  const layers = layPatches(noLayers, request, unsound)
  const problems = [...unread, ...unparsed, ...unsound]
  if (problems.length > 0) throw new BrokenCatalog(problems)
  return layers
}

/** What the operator's folder says. Where a file says nothing readable any more, what it said last is said again. */
async function readFolder(
  folder: string,
  previous: CatalogLayers | undefined,
  problems: CatalogProblem[],
): Promise<CatalogPatch[]> {
  const remembered = (name?: string) =>
    [...(previous?.drafts.values() ?? [])]
      .flat()
      .filter((patch) => patch.layer === 'folder' && (name === undefined || patch.name === name))
  let read: Awaited<ReturnType<typeof readCatalogTexts>>
  try {
    read = await readCatalogTexts(folder)
  } catch (cause) {
    const message = `the folder cannot be read (${(cause as NodeJS.ErrnoException).code})`
    if (!previous) throw new BadRequest(`HEADGATE_CATALOG_DIR: ${message}`, { cause })
    problems.push({ layer: 'folder', file: folder, message, kept: true })
    return remembered()
  }
  const { patches, problems: unparsed } = await parseCatalogTexts(read.texts)
  const last = (problem: FileProblem) => (problem.name === undefined ? [] : remembered(problem.name))
  const bad = [...read.problems, ...unparsed]
  problems.push(
    ...bad.map((problem) => ({ layer: 'folder' as const, ...problem, kept: last(problem).length > 0 })),
  )
  return [...patches, ...bad.flatMap(last)]
}

function catalogOf(apps: CatalogLayers['apps']): Catalog {
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
