/** Owns reading JSON that somebody else wrote. */

/** Undefined for what is not JSON: a page, a cut answer, nothing. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
