/** Owns the workspace's beginning: itself and its first administrator, in one transaction. */
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import type { Reader } from '../db/open.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { digestPassword } from '../platform/crypto/passwords.ts'
import type { Secret } from '../platform/secret.ts'
import { findWorkspace, insertMember, insertWorkspace } from './store.ts'

/** Undefined before the first start. */
export const findOnlyWorkspace = (db: Reader) => findWorkspace(db)

/** Returns the workspace's id. */
export async function createWorkspace(
  app: Pick<App, 'db' | 'clock'>,
  wanted: { name: string; adminEmail: string; adminPassword: Secret },
): Promise<string> {
  const now = app.clock.now()
  const id = mintId('org')
  const memberId = mintId('mem')
  const passwordDigest = await digestPassword(wanted.adminPassword.reveal())
  const stamps = { created_at: now, updated_at: now }
  await app.db.write(async (tx) => {
    await insertWorkspace(tx, { id, name: wanted.name, ...stamps })
    await insertMember(tx, {
      id: memberId,
      workspace_id: id,
      email: wanted.adminEmail.toLowerCase(),
      name: 'Administrator',
      role: 'admin',
      password_digest: passwordDigest,
      ...stamps,
    })
    await record(tx, {
      at: now,
      workspaceId: id,
      projectId: null,
      actor: { kind: 'operator', id: null },
      action: 'workspace.create',
      target: id,
    })
  })
  return id
}
