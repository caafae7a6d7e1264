/** Owns when a Connect token is good: until it expires, or until a successful connection has consumed it (decisions 3.6). */
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { type ConnectToken, findConnectToken } from './store.ts'

/** After consumption, for API calls already in flight. */
export const CONSUMED_GRACE_MS = 60_000

const CONNECT_TOKEN = /^ctok_[0-9a-f]{32}$/

/** For connecting: good, and no account made with it yet. Consumed tokens get no grace here. */
export async function findUsableToken(
  app: Pick<App, 'db' | 'clock'>,
  token: string,
): Promise<ConnectToken | undefined> {
  const found = await findKnownToken(app, token)
  return found && found.consumed_at === null ? found : undefined
}

/** Not expired, whether consumed or not. */
export async function findKnownToken(
  app: Pick<App, 'db' | 'clock'>,
  token: string,
): Promise<ConnectToken | undefined> {
  if (!CONNECT_TOKEN.test(token)) return undefined
  const found = await findConnectToken(app.db.read, digest(token))
  return found && found.expires_at > app.clock.now() ? found : undefined
}
