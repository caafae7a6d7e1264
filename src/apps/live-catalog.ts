/** Owns the catalogue in force: replaced whole when the operator's folder or the database says something else, never half. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '../app.ts'
import { type Loop, startLoop } from '../platform/loop.ts'
import type { Catalog, CatalogSources, LoadedCatalog } from './catalog.ts'
import { loadCatalog } from './catalog.ts'
import type { CatalogLayers, CatalogPatch, CatalogProblem } from './catalog-layers.ts'
import { readCatalogRevision, selectCatalogPatches } from './store.ts'

export interface LiveCatalog {
  current: Catalog
  /** What is wrong right now in the operator's folder and the database, for the dashboard. */
  problems: readonly CatalogProblem[]
  /** Which layer says what, see `patchesOf`. */
  layers: CatalogLayers
  /** What would be in force if the database said this instead. Changes nothing. */
  imagine(extra: readonly CatalogPatch[]): Promise<LoadedCatalog>
  /** Reads folder and database again; resolved means in force. Requests under way go on with the catalogue they began with. */
  reload(): Promise<void>
  /** Reloads if folder or database have changed since they were read. */
  look(): Promise<void>
}

type Needs = Pick<App, 'db' | 'log'>

/** @throws as `loadCatalog`; later, a mistake changes nothing but the list of problems */
export async function openLiveCatalog(
  { db, log }: Needs,
  sources: Omit<CatalogSources, 'extra'>,
): Promise<LiveCatalog> {
  const state = async () =>
    JSON.stringify([await readCatalogRevision(db.read), await folderState(sources.operatorDir)])
  let loaded: LoadedCatalog | undefined
  let seen = ''
  const read = async (): Promise<LoadedCatalog> => {
    // Looked at before reading: what changes in between is read again, never missed.
    const now = await state()
    const next = await loadCatalog({ ...sources, extra: await selectCatalogPatches(db.read) }, loaded)
    tellProblems(log, loaded?.problems ?? [], next.problems)
    seen = now
    loaded = next
    return next
  }
  const { base, ...first } = await read()
  let turn = Promise.resolve()
  /** One at a time, in the order asked for. */
  const inTurn = (work: () => Promise<void>) => (turn = turn.catch(() => {}).then(work))
  const reload = async () => {
    const { catalog, problems, layers } = await read()
    Object.assign(live, { current: catalog, problems, layers })
    log.info({ apps: catalog.list().length }, 'the app catalogue was read again')
  }
  const live: LiveCatalog = {
    current: first.catalog,
    problems: first.problems,
    layers: first.layers,
    imagine: (extra) => loadCatalog({ ...sources, extra }, { base, layers: live.layers }),
    reload: () => inTurn(reload),
    look: () =>
      inTurn(async () => {
        if ((await state()) !== seen) await reload()
      }),
  }
  return live
}

const LOOK_EVERY_MS = 2_000

/**
 * Looks every two seconds. Asking the file system for notice would be sooner by that much, but says nothing of a folder that is replaced by
 * another (a symbolic link that swings over, a mounted config map), nor on network file systems.
 */
export function followCatalog(app: Pick<App, 'catalog' | 'log'>, everyMs = LOOK_EVERY_MS): Loop {
  let failing = false
  return startLoop({
    everyMs,
    run: async () => {
      await app.catalog.look()
      failing = false
    },
    onError: (error) => {
      // An outage of the database is told once here; it is told enough elsewhere.
      if (!failing) app.log.error({ err: error }, 'the app catalogue could not be looked at; it stays')
      failing = true
    },
  })
}

/** Differs when a file was added, removed, replaced or written to, also behind a link. */
async function folderState(folder: string | undefined): Promise<string> {
  if (folder === undefined) return ''
  try {
    const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted()
    const files = await Promise.all(
      names.map(async (name) => {
        const { ino, size, mtimeMs, ctimeMs } = await stat(join(folder, name))
        return [name, ino, size, mtimeMs, ctimeMs]
      }),
    )
    return JSON.stringify([await realpath(folder), files])
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

/** Each once, when it appears and when it is gone. */
function tellProblems(
  log: Needs['log'],
  before: readonly CatalogProblem[],
  now: readonly CatalogProblem[],
): void {
  const fresh = (these: readonly CatalogProblem[], those: readonly CatalogProblem[]) =>
    these.filter((one) => !those.some(({ file, message }) => file === one.file && message === one.message))
  for (const { layer, file, message, kept } of fresh(now, before))
    log.error(
      { layer, file },
      `app file ${kept ? 'skipped, its last good form stays' : 'skipped'}: ${message}`,
    )
  for (const { layer, file, message } of fresh(before, now))
    log.info({ layer, file }, `app file in order again: ${message}`)
}
