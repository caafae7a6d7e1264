/** Owns whether a Connect token may still connect something, and how it is said when it may not. */
import type { App } from '../app.ts'
import { findKnownToken } from '../connect-tokens/usable-token.ts'
import { ConnectError } from './connect-errors.ts'

export type ConnectToken = NonNullable<Awaited<ReturnType<typeof findKnownToken>>>

/** @throws ConnectError `token_missing` or `token_invalid` (unknown, malformed, expired) */
export async function requireKnownToken(
  app: Pick<App, 'db' | 'clock'>,
  text: string | undefined,
): Promise<ConnectToken> {
  if (!text) throw new ConnectError('token_missing')
  const found = await findKnownToken(app, text)
  if (!found) throw new ConnectError('token_invalid')
  return found
}

/** @throws ConnectError as `requireKnownToken`, or `token_used` */
export async function requireToken(
  app: Pick<App, 'db' | 'clock'>,
  text: string | undefined,
): Promise<ConnectToken> {
  const found = await requireKnownToken(app, text)
  if (found.consumed_at !== null) throw new ConnectError('token_used')
  return found
}
