/** Owns finding every template of a definition, with its place. */

import { AppDefinition } from './app-definition.ts'
import type { CatalogSchema } from './catalog-schema.ts'
import { branchOf, isObject } from './catalog-schema.ts'

export interface FoundTemplate {
  /** `$.oauth.token_url` */
  path: string
  text: string
  isUrl: boolean
}

/** Walks by the schema, so that a new field of the format is found without being listed here. */
export function templatesOf(app: AppDefinition): FoundTemplate[] {
  return walk(AppDefinition as CatalogSchema, app, '$')
}

function walk(schema: CatalogSchema, value: unknown, path: string): FoundTemplate[] {
  if (typeof value === 'string') {
    const isUrl = schema.format === 'url-template'
    return isUrl || schema.format === 'template' ? [{ path, text: value, isUrl }] : []
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => walk(schema.items ?? {}, item, `${path}[${i}]`))
  if (!isObject(value)) return []
  const branch = branchOf(schema, value) ?? {}
  const every = branch.patternProperties && Object.values(branch.patternProperties)[0]
  return Object.entries(value).flatMap(([key, inner]) =>
    walk(branch.properties?.[key] ?? every ?? {}, inner, `${path}.${key}`),
  )
}
