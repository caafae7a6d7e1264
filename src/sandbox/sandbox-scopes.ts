/** Owns the UpstreamScopes that the sandbox provider grants. */

/** Name -> what the consent page says of it. */
export const sandboxScopes: Readonly<Record<string, string>> = {
  read: 'Read your records',
  write: 'Change your records',
  profile: 'See your name and e-mail address',
}

const DEFAULT_SCOPES: readonly string[] = ['read', 'profile']

/** The scopes of a `scope` parameter, each once; the default for none. Undefined: one of them is unknown. */
export function readScopes(scope: string | undefined): string[] | undefined {
  const asked = new Set((scope ?? '').split(' ').filter((name) => name !== ''))
  if (asked.size === 0) return [...DEFAULT_SCOPES]
  return [...asked].every((name) => Object.hasOwn(sandboxScopes, name)) ? [...asked] : undefined
}
