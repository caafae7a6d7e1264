/** Writes catalog/schema/app.schema.json from the format in src/upstream; with --check it only says whether it is up to date. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { AppDefinition } from '../src/upstream/app-definition.ts'

const target = join(import.meta.dirname, '../catalog/schema/app.schema.json')

/**
 * A file may leave out what has a default, what its template says and what a lower layer says: so an editor is told every key
 * and value, and whether an app is complete is for the loader to say. Only a condition keeps its `required`.
 */
function asPublished(schema: unknown, isCondition = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => asPublished(item))
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema)
      // A field of a custom field is called "required": there it is a schema, not a list.
      .filter(([key, value]) => isCondition || key !== 'required' || !Array.isArray(value))
      .map(([key, value]) => [key, asPublished(value, key === 'if')]),
  )
}

const published = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'An app of the Headgate catalogue, format 1',
  ...(asPublished(AppDefinition) as Record<string, unknown>),
}
const text = await format(JSON.stringify(published), { ...(await resolveConfig(target)), parser: 'json' })

if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '')
  if (committed !== text) {
    console.error('catalog/schema/app.schema.json is not up to date: node scripts/generate-app-schema.ts')
    process.exitCode = 1
  }
} else {
  await writeFile(target, text)
}
