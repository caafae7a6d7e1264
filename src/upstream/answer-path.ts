/** Owns reading a value out of an answer by a path of the catalogue. */

/**
 * `a.b`, `data[0].x` or `data.0.x`; `a | b` takes the first that is set. Null and undefined are unset.
 * Own members only, so that no path reaches a prototype.
 */
export function readPath(answer: unknown, path: string): unknown {
  for (const alternative of path.split('|')) {
    const value = readOne(answer, alternative.trim())
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

function readOne(answer: unknown, path: string): unknown {
  const keys = path
    .replace(/^\$\.?/, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
  let value = answer
  for (const key of keys) {
    if (key === '') continue
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** A value as text, as far as it is one: texts, numbers and truth values; objects as JSON. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? undefined : JSON.stringify(value)
}
