/** Owns answering and changing a project: what end users see of it, and what its Connect tokens must say. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import type { ProjectShape, UpdateProjectBody } from './contract.ts'
import { findProject, type Project, updateProjectRow } from './store.ts'

type Capabilities = Pick<App, 'db' | 'clock' | 'config' | 'projects' | 'egress'>

/** @throws NotFound when it was deleted meanwhile */
export async function retrieveProject(
  app: Pick<App, 'db' | 'config'>,
  env: ProjectEnvironment,
): Promise<ProjectShape> {
  const row = await findProject(app.db.read, env.projectId)
  if (!row) throw new NotFound()
  return renderProject(app, row)
}

/** Only the given fields change. @throws BadRequest for a `verifier_uri` that must not be called */
export async function updateProject(
  app: Capabilities,
  env: ProjectEnvironment,
  body: UpdateProjectBody,
  actor: { kind: string; id: string | null },
): Promise<ProjectShape> {
  if (body.verifier_uri) checkVerifierUri(app, body.verifier_uri)
  const now = app.clock.now()
  const change = readChange(body, now)
  const changed = Object.keys(change)
  if (changed.length > 0) {
    await app.db.write(async (tx) => {
      await updateProjectRow(tx, env, { ...change, updated_at: now })
      await record(tx, {
        at: now,
        workspaceId: env.workspaceId,
        projectId: env.projectId,
        actor,
        action: 'project.update',
        target: env.projectId,
        details: { changed: changed.join(' ') },
      })
    })
    app.projects.forget(env.projectId)
  }
  return retrieveProject(app, env)
}

const readChange = (
  { name, app_name, support_email, require_allowed_origins: required, verifier_uri }: UpdateProjectBody,
  now: number,
): Partial<Project> => ({
  // A project is never without a name: null is the same as absent.
  ...(name === undefined || name === null ? {} : { name }),
  ...(app_name === undefined ? {} : { app_name }),
  ...(support_email === undefined ? {} : { support_email }),
  ...(required === undefined ? {} : { allowed_origins_required_at: required ? now : null }),
  ...(verifier_uri === undefined ? {} : { verifier_uri }),
})

/** The page's own redirect goes there, and so may this server's calls. */
export function checkVerifierUri({ egress }: Pick<App, 'egress'>, text: string): void {
  const url = URL.parse(text)
  const isLoopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const isWeb = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)
  // Kept byte for byte, so what a parser forgives is refused: a control character, a space, a backslash, an empty fragment.
  const isClean = url !== null && url.username === '' && url.password === '' && !/[\p{Cc} \\#]/u.test(text)
  try {
    if (!isWeb || !isClean || !url) throw new BadRequest('not a web address')
    if (!isLoopback) egress.checkTarget(url)
  } catch (cause) {
    throw new BadRequest(
      'verifier_uri must be https, without user and fragment, and not a private address, unless HEADGATE_EGRESS_ALLOW names it',
      {
        code: 'invalid_parameter',
        cause,
      },
    )
  }
}

const renderProject = ({ config }: Pick<App, 'config'>, row: Project): ProjectShape => ({
  id: row.id,
  name: row.name,
  app_name: row.app_name,
  support_email: row.support_email,
  connect_require_key_auth_test: true,
  require_allowed_origins: row.allowed_origins_required_at !== null,
  verifier_uri: row.verifier_uri,
  logo_url: row.logo_digest === null ? null : `${config.publicUrl}/_static/logos/${row.logo_digest}`,
})
