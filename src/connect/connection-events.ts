/** Owns telling developers how connecting ended, in the transaction that ends it (contract 7.1). */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { describeAccount } from '../accounts/describe-account.ts'
import type { App } from '../app.ts'
import { discloseConnectToken } from '../connect-tokens/disclose-connect-token.ts'
import type { Tx } from '../db/open.ts'
import { recordConnectionEvent } from '../events/record-connection-event.ts'
import { digest } from '../platform/crypto/secrets.ts'

type Needs = Pick<App, 'clock' | 'vault' | 'catalog' | 'config'>

/** `connectToken` is the token itself: it goes out in the webhook. */
export async function recordConnected(
  tx: Tx,
  app: Needs,
  env: ProjectEnvironment,
  connectToken: string,
  accountId: string,
): Promise<void> {
  const token = await discloseConnectToken(tx, digest(connectToken), app.clock.now())
  if (!token) return
  const { webhook_uri: url } = token.options
  const account = await describeAccount(tx, app, env, accountId)
  const data = { connect_session_id: token.connect_session_id, account }
  const event = { type: 'connection.success', accountId, data } as const
  await recordConnectionEvent(tx, app, env, event, url === null ? null : { url, connectToken })
}

export interface NotConnected {
  /** Slug. */
  app: string
  /** The one that was to be reconnected. */
  accountId: string | null
  /** As on the page and in the API (connect-errors.ts). */
  code: string
  /** What happened, in English; no internals. */
  text: string
}

/** Nothing where the Connect token has connected an account by now: that is what there is to tell. */
export async function recordNotConnected(
  tx: Tx,
  app: Pick<App, 'clock' | 'vault'>,
  env: ProjectEnvironment,
  connectToken: string,
  { app: slug, accountId, code, text }: NotConnected,
): Promise<void> {
  const token = await discloseConnectToken(tx, digest(connectToken), app.clock.now())
  if (!token || token.consumed_at !== null) return
  const { webhook_uri: url } = token.options
  const data = {
    connect_session_id: token.connect_session_id,
    external_user_id: token.external_id,
    app: slug,
    account_id: accountId,
    error: text,
    error_code: code,
  }
  const event = { type: 'connection.error', accountId, data } as const
  await recordConnectionEvent(tx, app, env, event, url === null ? null : { url, connectToken })
}
