/** Owns whether a provider granted what was asked for, in spite of the ways in which providers spell their scopes. */

/** OpenID Connect's own: they shape the answer and are often not listed in it. */
const NOT_LISTED = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'offline'])

/**
 * The scopes asked for that the answer does not have. A scope counts as granted in any letter case, and also as the last part of an
 * address: `User.Read` comes back as `https://graph.microsoft.com/User.Read`.
 * @param granted null when the provider did not say; then all of them are (RFC 6749 section 5.1)
 * @param implies `scopes.implies` of the app: what a provider leaves out of its list, because another scope includes it
 */
export function missingScopes(
  asked: readonly string[],
  granted: readonly string[] | null,
  implies: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  if (granted === null) return []
  const given = granted
    .flatMap((scope) => [scope, ...impliedBy(scope, implies)])
    .map((scope) => scope.toLowerCase())
  return asked.filter((scope) => {
    const wanted = scope.toLowerCase()
    return !NOT_LISTED.has(wanted) && !given.some((one) => one === wanted || one.endsWith(`/${wanted}`))
  })
}

/** A `*` in the name of a scope stands for the same text in those that it includes. */
function impliedBy(scope: string, implies: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(implies).flatMap(([name, included]) => {
    const [before = '', after] = name.split('*')
    if (after === undefined) return scope === name ? included : []
    const fits = scope.length >= name.length - 1 && scope.startsWith(before) && scope.endsWith(after)
    const part = scope.slice(before.length, scope.length - after.length)
    return fits ? included.map((one) => one.replace('*', part)) : []
  })
}
