/** Owns scheduling a revocation, in the transaction that takes the credentials from their account; what cannot be revoked is a receipt at once. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { sealRevocation } from './revocation-seal.ts'
import { insertRevocation, type RevocationRow } from './store.ts'
import { type CredentialsKind, unrevocable } from './unrevocable.ts'

export interface ToRevoke {
  account: { id: string; external_id: string; app_slug: string; oauth_app_id: string | null }
  kind: CredentialsKind
  /** The JSON text of the credentials; undefined when they do not open. */
  credentialsText: string | undefined
  /** Another account lives on the same grant. */
  shared: boolean
  batchId?: string | null
}

export type ScheduleCapabilities = Pick<App, 'vault' | 'clock' | 'catalog'>

/** Wake the loop (`app.revocationsDue`) once the transaction has committed. */
export async function scheduleRevocation(
  tx: Tx,
  app: ScheduleCapabilities,
  env: ProjectEnvironment,
  wanted: ToRevoke,
): Promise<RevocationRow> {
  const { account, batchId = null } = wanted
  const now = app.clock.now()
  const id = mintId('rev')
  const row: RevocationRow = {
    id,
    batch_id: batchId,
    workspace_id: env.workspaceId,
    project_id: env.projectId,
    environment: env.environment,
    account_id: account.id,
    external_id: account.external_id,
    app_slug: account.app_slug,
    oauth_app_id: account.oauth_app_id,
    sealed: null,
    client_id: null,
    client_secret: null,
    attempts: 0,
    lease_until: null,
    created_at: now,
    ...stateOf(app, env, id, wanted),
  }
  await insertRevocation(tx, row)
  return row
}

type State = Partial<RevocationRow> &
  Pick<RevocationRow, 'status' | 'reason' | 'next_attempt_at' | 'finished_at'>

function stateOf(
  app: ScheduleCapabilities,
  env: ProjectEnvironment,
  id: string,
  { account, kind, credentialsText, shared }: ToRevoke,
): State {
  const now = app.clock.now()
  const done = { next_attempt_at: null, finished_at: now }
  const why = unrevocable(app, account.app_slug, kind)
  if (why !== undefined) return { ...done, status: 'not_supported', reason: why }
  if (shared)
    return {
      ...done,
      status: 'shared',
      reason: 'shared: Another account lives on the same grant at the provider',
    }
  if (credentialsText === undefined)
    return { ...done, status: 'failed', reason: 'credentials_unreadable: The stored credentials do not open' }
  return {
    status: 'pending',
    reason: null,
    next_attempt_at: now,
    finished_at: null,
    sealed: sealRevocation(app, env, id, credentialsText),
  }
}
