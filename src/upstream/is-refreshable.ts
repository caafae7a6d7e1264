/** Owns whether tokens can be refreshed. */

import type { AppDefinition } from './app-definition.ts'
import type { TokenSet } from './token-answer.ts'

/**
 * The answer decides, never the catalogue: with a refresh token they can (quirks D5, I2). Without one only where the app refreshes
 * with the access token itself (quirk F4).
 */
export const isRefreshable = (
  { oauth }: AppDefinition,
  { refreshToken }: Pick<TokenSet, 'refreshToken'>,
): boolean => refreshToken !== undefined || (oauth?.version === 2 && oauth.refresh_request !== undefined)
