/** Owns when a Connect token is good: until it expires, or until a successful connection has consumed it (decisions 3.6). */
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { hasExpired } from './has-expired.ts'
import { type ConnectToken, findConnectToken } from './store.ts'

/** After consumption, for API calls already in flight. */
export const CONSUMED_GRACE_MS = 60_000

const CONNECT_TOKEN = /^ctok_[0-9a-f]{32}$/

/** For the API: good, no account made with it yet, and not in anybody else's hands. Consumed tokens get no grace here. */
export async function findUsableToken(
  app: Pick<App, 'db' | 'clock'>,
  token: string,
): Promise<ConnectToken | undefined> {
  const found = await findKnownToken(app, token)
  return found && found.consumed_at === null && found.disclosed_at === null ? found : undefined
}

/** Not expired, whether consumed or not. */
export async function findKnownToken(
  app: Pick<App, 'db' | 'clock'>,
  token: string,
): Promise<ConnectToken | undefined> {
  return CONNECT_TOKEN.test(token) ? findKnownTokenByDigest(app, digest(token)) : undefined
}

/** Expired ones, too, as long as they are kept: to say what became of a link. */
export const findToken = async (app: Pick<App, 'db'>, token: string): Promise<ConnectToken | undefined> =>
  CONNECT_TOKEN.test(token) ? findTokenByDigest(app, digest(token)) : undefined

/** As `findKnownToken`, where only the digest was kept. */
export async function findKnownTokenByDigest(
  app: Pick<App, 'db' | 'clock'>,
  tokenDigest: string,
): Promise<ConnectToken | undefined> {
  const found = await findTokenByDigest(app, tokenDigest)
  return found && !hasExpired(found, app.clock.now()) ? found : undefined
}

/** Whatever has become of it, as long as it is kept. */
export const findTokenByDigest = (
  { db }: Pick<App, 'db'>,
  tokenDigest: string,
): Promise<ConnectToken | undefined> => findConnectToken(db.read, tokenDigest)
