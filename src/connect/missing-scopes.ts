/** Owns whether a provider granted what was asked for, in spite of the ways in which providers spell their scopes. */

/** OpenID Connect's own: they shape the answer and are often not listed in it. */
const NOT_LISTED = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'offline'])

/**
 * The scopes asked for that the answer does not have. A scope counts as granted in any letter case, and also as the last part of an
 * address: `User.Read` comes back as `https://graph.microsoft.com/User.Read`.
 * @param granted null when the provider did not say; then all of them are (RFC 6749 section 5.1)
 */
export function missingScopes(asked: readonly string[], granted: readonly string[] | null): string[] {
  if (granted === null) return []
  const given = granted.map((scope) => scope.toLowerCase())
  return asked.filter((scope) => {
    const wanted = scope.toLowerCase()
    return !NOT_LISTED.has(wanted) && !given.some((one) => one === wanted || one.endsWith(`/${wanted}`))
  })
}
