/** Owns reading a folder of the catalogue: one YAML file per app, `_name.yaml` for a template. */

import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CatalogPatch, CatalogProblem } from './catalog-layers.ts'

export interface CatalogText {
  /** The slug, or `_name` for a template. */
  name: string
  file: string
  text: string
}

/** A problem of reading; the layer is the caller's to say. */
export type FileProblem = Pick<CatalogProblem, 'name' | 'file' | 'message'>

const FILE_NAME = /^(_?[a-z0-9][a-z0-9_]{0,63})\.ya?ml$/
/** The longest of ours has 12,000 characters; a file of this size is no app. */
const MAX_CHARACTERS = 200_000

/** @throws the file system's error if the folder itself cannot be read */
export async function readCatalogTexts(
  folder: string,
): Promise<{ texts: CatalogText[]; problems: FileProblem[] }> {
  const texts: CatalogText[] = []
  const problems: FileProblem[] = []
  const files = (await readdir(folder)).filter((file) => /\.ya?ml$/.test(file)).toSorted()
  for (const read of await Promise.all(files.map((file) => readCatalogFile(join(folder, file))))) {
    const found = { ...read, file: basename(read.file) }
    if ('message' in found) problems.push(found)
    else if (texts.some(({ name }) => name === found.name))
      problems.push({ file: found.file, message: `there is another file of ${found.name}` })
    else texts.push(found)
  }
  return { texts, problems }
}

/** Undefined for a file that can hold no app. */
export const nameOfFile = (file: string): string | undefined => FILE_NAME.exec(file)?.[1]

/** `file` is the path as given; without a name, the file's own says which app it is about. */
export async function readCatalogFile(
  path: string,
  name = nameOfFile(basename(path)),
): Promise<CatalogText | FileProblem> {
  const problem = (message: string) => ({ ...(name === undefined ? {} : { name }), file: path, message })
  if (name === undefined)
    return problem('the file name must be a slug: small letters, digits and underscores')
  try {
    const text = await readFile(path, 'utf8')
    return text.length > MAX_CHARACTERS
      ? problem(`has more than ${MAX_CHARACTERS} characters`)
      : { name, file: path, text }
  } catch (cause) {
    return problem(`cannot be read (${(cause as NodeJS.ErrnoException).code})`)
  }
}

/** YAML to data. The parser is loaded for the first file that needs it: a start from the compiled catalogue never does. */
export async function parseCatalogTexts(
  texts: readonly CatalogText[],
): Promise<{ patches: CatalogPatch[]; problems: FileProblem[] }> {
  const patches: CatalogPatch[] = []
  const problems: FileProblem[] = []
  if (texts.length === 0) return { patches, problems }
  const { parse } = await import('yaml')
  for (const { name, file, text } of texts) {
    try {
      patches.push({ name, file, content: parse(text) as unknown })
    } catch (cause) {
      // A parse error, an alias that leads nowhere or to too much, nesting without end: whatever it is, it is the file's.
      // The lines after the first draw the place; a path, a line and a column do.
      const [message = ''] = (cause as Error).message.split('\n')
      problems.push({ name, file, message: `not YAML: ${message.replace(/:$/, '')}` })
    }
  }
  return { patches, problems }
}
