/** Owns API scopes: the list, the grammar, what covers what. */

/** Every scope that exists: the union of both seed lists, and the two that newer clients use (decisions 3.3). */
export const API_SCOPES = [
  '*',
  'connect:*',
  'connect:actions:*',
  'connect:triggers:*',
  'connect:accounts:read',
  'connect:accounts:write',
  'connect:deployed_triggers:read',
  'connect:deployed_triggers:write',
  'connect:usage:read',
  'connect:users:read',
  'connect:users:write',
  'connect:tokens:create',
  'connect:proxy',
  'connect:workflow:invoke',
  'connect:projects:read',
  'connect:projects:write',
] as const

export type ApiScope = (typeof API_SCOPES)[number]

const known: ReadonlySet<string> = new Set(API_SCOPES)
const MAX_SCOPES = 100

/**
 * Reads a space-separated list (RFC 6749 section 3.3: one space between, none around). Duplicates fold.
 * Undefined when any part is unknown or malformed: the request is refused whole.
 */
export function parseScopes(text: string): ApiScope[] | undefined {
  // Every known scope is shorter than 40 characters; a longer text cannot be a list of them.
  if (text.length > MAX_SCOPES * 40) return undefined
  const parts = text.split(' ')
  return parts.every((part) => known.has(part)) ? ([...new Set(parts)] as ApiScope[]) : undefined
}

/** Whether one granted scope gives `needed`: itself, `*`, or a group (`connect:*`, `connect:actions:*`) whose colon-prefix it has. */
function scopeCovers(granted: string, needed: string): boolean {
  if (granted === needed || granted === '*') return true
  return granted.endsWith(':*') && needed.startsWith(granted.slice(0, -1))
}

export const coversScope = (granted: readonly string[], needed: string): boolean =>
  granted.some((scope) => scopeCovers(scope, needed))

/** Whether everything in `asked` is within `ceiling`. */
export const withinScopes = (asked: readonly string[], ceiling: readonly string[]): boolean =>
  asked.every((scope) => coversScope(ceiling, scope))
