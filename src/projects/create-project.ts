/** Owns making a project. Its two environments need no rows: they are names. */
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { BadRequest } from '../platform/errors.ts'
import { insertProject } from './store.ts'

export interface NewProject {
  name: string
  /** The name end users see on the Connect page; default: `name`. */
  appName?: string | null
  supportEmail?: string | null
  /** Connect tokens of this project must list the origins that may use and frame them. */
  requireAllowedOrigins?: boolean
  /** Has been checked (`checkVerifierUri`). */
  verifierUri?: string | null
  /** Preset for containers and CI. */
  id?: string
}

export async function createProject(
  app: Pick<App, 'db' | 'clock' | 'projects'>,
  workspaceId: string,
  wanted: NewProject,
  actor: { kind: string; id: string | null },
): Promise<string> {
  if (wanted.name.trim() === '' || wanted.name.length > 100)
    throw new BadRequest('name must have 1 to 100 characters')
  const now = app.clock.now()
  const id = wanted.id ?? mintId('proj')
  await app.db.write(async (tx) => {
    await insertProject(tx, {
      id,
      workspace_id: workspaceId,
      name: wanted.name,
      app_name: wanted.appName ?? null,
      support_email: wanted.supportEmail ?? null,
      allowed_origins_required_at: wanted.requireAllowedOrigins ? now : null,
      created_at: now,
      updated_at: now,
      logo_digest: null,
      verifier_uri: wanted.verifierUri ?? null,
    })
    await record(tx, { at: now, workspaceId, projectId: id, actor, action: 'project.create', target: id })
  })
  app.projects.forget(id)
  return id
}
