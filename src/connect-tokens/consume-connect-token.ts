/** Owns the single use of a Connect token: one compare-and-set, in the transaction that makes the account. */
import type { Tx } from '../db/open.ts'
import { BadRequest } from '../platform/errors.ts'
import { markConsumed } from './store.ts'

/**
 * `request` is a digest of what created the account: its exact repeat is answered with that account (the SDKs retry).
 * @throws BadRequest `token_used` when another request was first; the caller's transaction must not commit then
 */
export async function consumeConnectToken(
  tx: Tx,
  tokenDigest: string,
  request: string,
  accountId: string,
  now: number,
  /** A connection that began while the token was good may finish a little later than the token. */
  startedAt: number = now,
): Promise<void> {
  const change = { consumed_at: now, consumed_by: request, account_id: accountId }
  if (!(await markConsumed(tx, tokenDigest, change, startedAt))) {
    throw new BadRequest('This Connect token has already been used or has expired', { code: 'token_used' })
  }
}
