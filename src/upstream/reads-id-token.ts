/** Owns whether an app's identity comes out of its ID token. */

import type { AppDefinition } from './app-definition.ts'

/** Then the token is asked for with a nonce and believed only after a check. */
export const readsIdToken = ({ identity }: Pick<AppDefinition, 'identity'>): boolean =>
  [identity?.uid, identity?.name].some((text) => text?.includes('id_token.'))
