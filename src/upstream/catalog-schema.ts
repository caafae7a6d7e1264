/** Owns reading the catalogue's schema as data: the JSON Schema keywords it uses, and which branch a value chose. */

/** As much of JSON Schema as the catalogue's own schema uses. */
export interface CatalogSchema {
  readonly format?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly items?: CatalogSchema
  readonly properties?: Readonly<Record<string, CatalogSchema>>
  readonly patternProperties?: Readonly<Record<string, CatalogSchema>>
  /** The branches of a tagged schema, see `tagged` in definition-parts.ts. */
  readonly allOf?: readonly { readonly if: CatalogSchema; readonly then: CatalogSchema }[]
}

/** The branch of a tagged schema that the value chose, undefined if it chose none; any other schema is its own branch. */
export function branchOf(schema: CatalogSchema, value: unknown): CatalogSchema | undefined {
  if (!schema.allOf) return schema
  if (!isObject(value)) return undefined
  const chosen = schema.allOf.find(({ if: condition }) =>
    Object.entries(condition.properties ?? {}).every(([tag, wanted]) => value[tag] === wanted.const),
  )
  return chosen?.then
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
