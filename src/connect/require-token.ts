/** Owns whether a Connect token may still connect something, and how it is said when it may not. */
import type { App } from '../app.ts'
import { hasExpired } from '../connect-tokens/has-expired.ts'
import { findKnownTokenByDigest, findToken } from '../connect-tokens/usable-token.ts'
import { errorAddress } from './addresses.ts'
import { ConnectError, type ConnectErrorCode } from './connect-errors.ts'

export type ConnectToken = NonNullable<Awaited<ReturnType<typeof findToken>>>

/** @throws ConnectError `token_missing`, `token_expired` or `token_invalid` (unknown, malformed, or expired long ago) */
export async function requireKnownToken(
  app: Pick<App, 'db' | 'clock'>,
  text: string | undefined,
): Promise<ConnectToken> {
  if (!text) throw new ConnectError('token_missing')
  const found = await findToken(app, text)
  if (!found) throw new ConnectError('token_invalid')
  if (hasExpired(found, app.clock.now())) throw expired(found)
  return found
}

export const expired = (token: ConnectToken): ConnectError =>
  new ConnectError('token_expired', { newLink: newLinkOf(token, 'token_expired') })

/** Only whoever holds a token that there was learns where another one comes from. */
const newLinkOf = ({ options: { error_redirect_uri: address } }: ConnectToken, code: ConnectErrorCode) =>
  address === null ? undefined : errorAddress(address, code)

/** @throws ConnectError as `requireKnownToken`, or `token_used` */
export async function requireToken(
  app: Pick<App, 'db' | 'clock'>,
  text: string | undefined,
): Promise<ConnectToken> {
  const found = await requireKnownToken(app, text)
  if (found.consumed_at !== null)
    throw new ConnectError('token_used', { newLink: newLinkOf(found, 'token_used') })
  return found
}

/** Of an attempt that is to begin once more. @throws ConnectError `token_invalid` or `token_used` */
export async function requireTokenOfAttempt(
  app: Pick<App, 'db' | 'clock'>,
  attempt: { connect_token_digest: string },
): Promise<ConnectToken> {
  const found = await findKnownTokenByDigest(app, attempt.connect_token_digest)
  if (!found) throw new ConnectError('token_invalid')
  if (found.consumed_at !== null) throw new ConnectError('token_used')
  return found
}
