/** Owns what an app calls the standard OAuth parameters, and which of them it must not be sent. */

import type { OAuth2Definition } from './app-definition.ts'

/** Where parameters go: the authorize request, the code exchange, the refresh. */
export type ParameterPlace = 'authorize' | 'token' | 'refresh'

/** Renames and leaves out as `client_param_names` and `omit_params` say (quirks A7, A8, C4); unset ones go too. */
export function namedParameters(
  { client_param_names, omit_params }: OAuth2Definition,
  place: ParameterPlace,
  standard: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const named: Record<string, string> = {}
  for (const [name, value] of Object.entries(standard)) {
    if (value === undefined || omit_params.includes(`${place}.${name}`)) continue
    named[client_param_names[name] ?? name] = value
  }
  return named
}
