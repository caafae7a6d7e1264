/** Owns the audit trail's one verb: record who did what to which thing, in the transaction of the act itself. */
import type { Tx } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { insertAuditEntry } from './store.ts'

/** Ids only, never a secret and never a value that an end user typed. */
export interface AuditEntry {
  at: number
  workspaceId: string | null
  projectId: string | null
  actor: { kind: string; id: string | null }
  /** `<noun>.<verb>`, for example `api_client.rotate`. */
  action: string
  target: string | null
  result?: 'done' | 'refused'
  details?: Record<string, string | number | null>
}

export async function record(tx: Tx, entry: AuditEntry): Promise<void> {
  await insertAuditEntry(tx, {
    id: mintId('aud'),
    at: entry.at,
    workspace_id: entry.workspaceId,
    project_id: entry.projectId,
    actor_kind: entry.actor.kind,
    actor_id: entry.actor.id,
    action: entry.action,
    target: entry.target,
    result: entry.result ?? 'done',
    details: JSON.stringify(entry.details ?? {}),
  })
}
