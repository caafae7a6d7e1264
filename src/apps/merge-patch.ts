/** Owns laying one catalogue layer over another: JSON Merge Patch, RFC 7396. */

import { isObject } from '../upstream/catalog-schema.ts'

/** Objects are merged, null deletes, anything else (lists too) takes the place of what was there. Neither side is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}
