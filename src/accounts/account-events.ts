/** Owns telling developers what became of an account: the event carries the account as the API shows it, without credentials. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { type AccountEventType, recordEvent } from '../events/record-event.ts'
import { renderAccount } from './render-account.ts'
import type { AccountRow } from './store.ts'

export type AccountEventCapabilities = Pick<App, 'clock' | 'config' | 'catalog'>

/** `row` as it is after the change; `reason` in plain words, where there is one. */
export async function recordAccountEvent(
  tx: Tx,
  app: AccountEventCapabilities,
  env: ProjectEnvironment,
  type: AccountEventType,
  row: AccountRow,
  reason?: string,
): Promise<void> {
  const account: unknown = JSON.parse(renderAccount(app, row))
  await recordEvent(tx, app, env, {
    type,
    accountId: row.id,
    data: { account, ...(reason === undefined ? {} : { reason }) },
  })
}
