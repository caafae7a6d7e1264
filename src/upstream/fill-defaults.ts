/** Owns filling in what a file left out: the defaults that the format names. */

import { AppDefinition } from './app-definition.ts'
import type { CatalogSchema } from './catalog-schema.ts'
import { branchOf, isObject } from './catalog-schema.ts'

/** A finished definition if `input` is sound; checks nothing. */
export const fillDefaults = (input: unknown): unknown => withDefaults(AppDefinition as CatalogSchema, input)

/** Any part of a definition, left out whole. */
export const defaultsOf = (schema: object): unknown => withDefaults(schema, {})

function withDefaults(schema: CatalogSchema, value: unknown): unknown {
  const branch = branchOf(schema, value)
  if (!branch) return value
  if (Array.isArray(value)) return value.map((item) => withDefaults(branch.items ?? {}, item))
  if (!isObject(value)) return value
  const every = branch.patternProperties && Object.values(branch.patternProperties)[0]
  const filled: Record<string, unknown> = {}
  for (const [key, given] of Object.entries(value))
    filled[key] = withDefaults(branch.properties?.[key] ?? every ?? {}, given)
  for (const [key, { default: fallback }] of Object.entries(branch.properties ?? {}))
    if (filled[key] === undefined && fallback !== undefined)
      filled[key] = withDefaults(branch.properties?.[key] ?? {}, structuredClone(fallback))
  return filled
}
