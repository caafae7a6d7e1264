/** Owns saying where a finished definition's values come from. */
import { isObject } from '../upstream/catalog-schema.ts'
import type { CatalogLayers } from './catalog-layers.ts'
import { patchesOf } from './catalog-layers.ts'

/**
 * Top-level key -> who said something that still holds, first to last: `built-in`, `folder _google`, ... (with the template's name where it is
 * one). A key that nobody mentions has the format's default and is left out.
 */
export function originsOf(layers: CatalogLayers, slug: string): Record<string, string[]> {
  const origins: Record<string, string[]> = {}
  for (const { layer, name, content } of patchesOf(layers, slug))
    for (const [key, value] of Object.entries(content as object)) {
      const origin = name.startsWith('_') ? `${layer} ${name}` : layer
      // Mappings are laid over each other; anything else takes the place of what was there (RFC 7396).
      if (value === null) delete origins[key]
      else if (isObject(value)) origins[key] = [...(origins[key] ?? []), origin]
      else origins[key] = [origin]
    }
  return origins
}

/** The layers that have a say in an app, lowest first. */
export const layersOf = (layers: CatalogLayers, slug: string): string[] => [
  ...new Set(patchesOf(layers, slug).map(({ layer }) => layer)),
]
