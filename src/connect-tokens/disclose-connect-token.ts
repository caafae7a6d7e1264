/** Owns that a Connect token leaves in a webhook: from the moment this is decided, no API call is served with it. */
import type { Tx } from '../db/open.ts'
import { type ConnectToken, findConnectToken, markDisclosed } from './store.ts'

/**
 * Only where it names a `webhook_uri`; else it stays as it is. Undefined when there is no such token any more.
 * Who made an account with it may still repeat that request, and the Connect page may go on with it.
 */
export async function discloseConnectToken(
  tx: Tx,
  tokenDigest: string,
  now: number,
): Promise<ConnectToken | undefined> {
  const token = await findConnectToken(tx, tokenDigest)
  if (token && token.options.webhook_uri !== null) await markDisclosed(tx, tokenDigest, now)
  return token
}
