/** Owns which UpstreamScopes are asked for: a profile, or an OAuthApp's own choice, or the catalogue's defaults. */

import type { OAuth2Definition } from './app-definition.ts'

export interface RequestedScopes {
  scopes: string[]
  /** For `scopes.user_param`, where the app has such a second parameter. */
  userScopes: string[]
}

/**
 * `chosen` wins over `profile`, and takes its place: the parameter that the app's profiles apply to. A profile that
 * the app does not know asks for the defaults (contract section 5.2: most apps have none).
 */
export function requestedScopes(
  { scopes, scope_profiles }: Pick<OAuth2Definition, 'scopes' | 'scope_profiles'>,
  profile?: string,
  chosen?: readonly string[],
): RequestedScopes {
  const named = Object.entries(scope_profiles).find(([name]) => name === profile)?.[1]
  const wanted = chosen ?? named
  const both = {
    scopes: scopes.default,
    userScopes: scopes.user_param === undefined ? [] : scopes.user_default,
  }
  if (wanted === undefined) return both
  return scopes.profile_applies_to === 'user_param'
    ? { ...both, userScopes: [...wanted] }
    : { ...both, scopes: [...wanted] }
}
