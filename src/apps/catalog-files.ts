/** Owns reading a folder of the catalogue: one YAML file per app, `_name.yaml` for a template. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, YAMLParseError } from 'yaml'

/** What one layer says about one app or template. */
export interface CatalogPatch {
  /** The slug, or `_name` for a template. */
  name: string
  /** For people: the file or row it came from. */
  file: string
  content: unknown
}

export interface CatalogProblem {
  file: string
  /** `$.path: what is wrong`, several joined by `; `. */
  message: string
}

const FILE_NAME = /^(_?[a-z0-9][a-z0-9_]{0,63})\.ya?ml$/

/** @throws the file system's error if the folder cannot be read */
export async function readCatalogFiles(
  folder: string,
): Promise<{ patches: CatalogPatch[]; problems: CatalogProblem[] }> {
  const patches: CatalogPatch[] = []
  const problems: CatalogProblem[] = []
  for (const file of (await readdir(folder)).toSorted()) {
    if (!/\.ya?ml$/.test(file)) continue
    const name = FILE_NAME.exec(file)?.[1]
    if (name === undefined) {
      problems.push({ file, message: 'the file name must be a slug: small letters, digits and underscores' })
      continue
    }
    try {
      patches.push({ name, file, content: parseOnce(await readFile(join(folder, file), 'utf8')) })
    } catch (cause) {
      if (!(cause instanceof YAMLParseError)) throw cause
      problems.push({ file, message: `not YAML: ${cause.message.trimEnd()}` })
    }
  }
  return { patches, problems }
}

/** By text. A reload parses what has changed only: reading YAML is nine tenths of loading a catalogue. Nobody changes the values. */
const parsed = new Map<string, unknown>()
const MAX_PARSED = 2_000

function parseOnce(text: string): unknown {
  if (parsed.has(text)) return parsed.get(text)
  const content: unknown = parse(text)
  if (parsed.size >= MAX_PARSED) parsed.clear()
  parsed.set(text, content)
  return content
}
