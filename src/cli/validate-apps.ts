/** Owns `headgate apps validate`: what is wrong with app files, one line each, for people, editors and CI. */
import { existsSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { pictureProblem } from '../apps/app-picture.ts'
import { loadCatalog } from '../apps/catalog.ts'
import { BrokenCatalog } from '../apps/broken-catalog.ts'
import { nameOfFile, parseCatalogTexts, readCatalogFile } from '../apps/catalog-files.ts'
import type { CatalogPatch } from '../apps/catalog-layers.ts'
import { checkEvidence } from '../apps/check-evidence.ts'
import { builtInDir, compiledFile } from '../bootstrap/catalog-sources.ts'
import { loadConfig } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { printable } from './printable.ts'
import { UsageError } from './usage-error.ts'

interface Finding {
  file: string
  /** `$.path: what is wrong` */
  message: string
}

export interface ValidateOptions {
  strict: boolean
  today?: string | undefined
  json: boolean
}

/** Prints; sets the exit code to 1 if anything is wrong. Growing old is a warning. */
export async function validateApps(paths: string[], options: ValidateOptions): Promise<void> {
  const now = options.today === undefined ? systemClock.now() : Date.parse(options.today)
  if (Number.isNaN(now)) throw new UsageError('--today: must be a day, YYYY-MM-DD')
  const named = paths.length > 0 ? paths : defaultPaths()
  const files = (await Promise.all(named.map(filesOf))).flat()
  const pictures = (await Promise.all(named.map(picturesOf))).flat()
  const { problems, apps } = await check(files)
  problems.push(...(await Promise.all(pictures.map(checkPicture))).flat())
  const warnings: Finding[] = []
  let unverified = 0
  if (options.strict)
    for (const { file, app } of apps) {
      const found = checkEvidence(app, now)
      problems.push(...found.problems.map((message) => ({ file, message })))
      warnings.push(...found.warnings.map((message) => ({ file, message })))
      unverified += found.unverified
    }
  report({ files: files.length, problems, warnings, ...(options.strict ? { unverified } : {}) }, options.json)
  if (problems.length > 0) process.exitCode = 1
}

const defaultPaths = () => {
  const { catalogDir } = loadConfig().config
  return [builtInDir, ...(catalogDir === undefined ? [] : [catalogDir])]
}

async function filesOf(path: string): Promise<string[]> {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such file or folder`)
  if (!statSync(path).isDirectory()) return [path]
  return (await readdir(path))
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
    .map((name) => join(path, name))
}

/** Of a folder of the operator's; none where there is no such folder. */
async function picturesOf(path: string): Promise<string[]> {
  const names = await readdir(join(path, 'logos')).catch(() => [])
  return names
    .filter((name) => !name.startsWith('.'))
    .toSorted()
    .map((name) => join(path, 'logos', name))
}

async function checkPicture(file: string): Promise<Finding[]> {
  const [, kind] = /\.(svg|png)$/.exec(file) ?? []
  if (kind !== 'svg' && kind !== 'png') return [{ file, message: 'not shown: neither .svg nor .png' }]
  const problem = pictureProblem(kind, await readFile(file))
  return problem === undefined ? [] : [{ file, message: `not shown: it ${problem}` }]
}

/** Those of the built-in folder are checked where they are; all others are laid over it, in the order given. */
async function check(files: readonly string[]) {
  const shipped = files.filter((file) => resolve(file, '..') === builtInDir)
  const problems: Finding[] = []
  const patches: CatalogPatch[] = []
  for (const file of files.filter((one) => !shipped.includes(one))) {
    const text = await readCatalogFile(file)
    const parsed = 'message' in text ? { patches: [], problems: [text] } : await parseCatalogTexts([text])
    patches.push(...parsed.patches)
    problems.push(...parsed.problems)
  }
  try {
    // Compiled is as good as checked, unless its checking is what was asked for.
    const builtIn = shipped.length > 0 ? { builtInDir } : { builtInDir, compiledFile }
    const { layers, problems: unsound } = await loadCatalog({ ...builtIn, extra: patches })
    const apps = files.flatMap((file) => {
      const app = layers.apps.get(nameOfFile(basename(file)) ?? '')
      return app ? [{ file, app }] : []
    })
    return { problems: [...problems, ...unsound], apps }
  } catch (error) {
    if (!(error instanceof BrokenCatalog)) throw error
    const ours = error.problems.map(({ file, message }) => ({ file: join(builtInDir, file), message }))
    return { problems: [...problems, ...ours], apps: [] }
  }
}

interface Report {
  files: number
  problems: Finding[]
  warnings: Finding[]
  unverified?: number
}

function report({ files, problems, warnings, unverified }: Report, json: boolean): void {
  const shown = (findings: Finding[]) =>
    findings.map(({ file, message }) => ({ file: relative('', file) || file, message }))
  if (json) {
    const all = { files, problems: shown(problems), warnings: shown(warnings), unverified }
    console.log(JSON.stringify(all))
    return
  }
  for (const { file, message } of shown(problems)) console.log(printable(`${file}:${message}`))
  for (const { file, message } of shown(warnings)) console.log(printable(`${file}:${message} (warning)`))
  const facts =
    unverified === undefined ? '' : `, ${warnings.length} warnings, ${unverified} facts unverified`
  console.log(`${files} files: ${problems.length} problems${facts}`)
}
