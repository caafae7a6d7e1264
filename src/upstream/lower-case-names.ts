/** Owns header names as this room keeps them: in lower case, so that laying one set over another replaces. */

export const lowerCaseNames = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
