/** Owns who may see credentials: an API client that is not limited; a Connect token never (decisions 3.4, 3.6). */
import type { Caller } from '../access/caller.ts'
import { Forbidden } from '../platform/errors.ts'

/** @throws Forbidden */
export function checkMayReadCredentials(caller: Caller): void {
  if (caller.kind === 'api_client' && caller.mayReadCredentials) return
  throw new Forbidden(
    caller.kind === 'connect_token'
      ? 'A Connect token never receives credentials; read them from your server'
      : 'This API client may not read credentials',
    { code: 'credentials_not_allowed' },
  )
}
