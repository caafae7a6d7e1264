/** Owns the judgement: may this caller use this route, and in which project and environment. Order: 401, 403, 404 (decisions 3.10). */
import type { EnvironmentName } from '../db/tables.ts'
import { BadRequest, Forbidden, NotFound, Unauthorized } from '../platform/errors.ts'
import type { ApiClientCaller, Caller } from './caller.ts'
import { proveProjectEnvironment, type ProjectEnvironment } from './project-environment.ts'
import type { RoutePolicy } from './route-policies.ts'
import { coversScope } from './scopes.ts'

const REALM = 'Bearer realm="headgate"'

/** 401 without any hint: there was no credential to judge (RFC 6750 section 3.1). */
export const missingToken = () =>
  new Unauthorized('A bearer token is required', { headers: { 'www-authenticate': REALM } })

/** 401 for every credential that is not good, whatever is wrong with it. */
export const invalidToken = () =>
  new Unauthorized('The token is unknown, expired or revoked', {
    code: 'invalid_token',
    headers: { 'www-authenticate': `${REALM}, error="invalid_token"` },
  })

/** @throws Forbidden naming the scope that is missing, or that this kind of caller never may */
export function authorizeCaller(policy: RoutePolicy, caller: Caller): void {
  if (!policy.callers.includes(caller.kind)) {
    throw new Forbidden(
      caller.kind === 'connect_token'
        ? 'A Connect token may not do this; call it from your server with an OAuth access token'
        : 'An OAuth access token may not do this',
      { code: 'caller_not_allowed' },
    )
  }
  requireBoth(policy, caller)
  const needed = policy.scopes
  if (!needed || needed.length === 0) return
  const may = (scope: string) =>
    coversScope(caller.scopes, scope) &&
    (caller.kind === 'connect_token' || coversScope(caller.ceiling, scope))
  if (needed.some(may)) return
  const names = needed.join(' ')
  throw new Forbidden(`The token lacks the scope ${names}`, {
    code: 'insufficient_scope',
    headers: { 'www-authenticate': `${REALM}, error="insufficient_scope", scope="${names}"` },
  })
}

function requireBoth(policy: RoutePolicy, caller: Caller): void {
  const isLimited =
    caller.kind === 'api_client' && caller.environments !== null && caller.environments.length < 2
  if (policy.changesBoth && isLimited)
    throw new Forbidden('Both environments share this, and this client may act in one only', {
      code: 'environment_not_allowed',
    })
}

/** The path segment that the router puts where a browser client sends no project (contract 1.2). */
export const PROJECT_OF_TOKEN = '-'

interface FoundProject {
  id: string
  workspace_id: string
}

/**
 * Binds the request to a project and environment. A Connect token brings its own and the header is ignored; an API client names the project
 * in the path and the environment in `x-pd-environment`, where a missing header means production (decisions 3.7).
 * @throws NotFound for a project that is unknown, another workspace's, or beyond the client's limits: the three look the same
 */
export async function bindProjectEnvironment(
  caller: Caller,
  pathProject: string,
  environmentHeader: string | undefined,
  findProject: (id: string) => FoundProject | undefined | Promise<FoundProject | undefined>,
): Promise<ProjectEnvironment> {
  if (caller.kind === 'connect_token') {
    if (pathProject !== PROJECT_OF_TOKEN && pathProject !== caller.projectId) throw new NotFound()
    const project = await findProject(caller.projectId)
    if (!project) throw invalidToken()
    return proveProjectEnvironment(project.workspace_id, project.id, caller.environment)
  }
  if (pathProject === PROJECT_OF_TOKEN) {
    throw new BadRequest('The path names no project; with an OAuth access token it must', {
      code: 'project_required',
    })
  }
  const allowed = caller.projectIds === null || caller.projectIds.includes(pathProject)
  const project = allowed ? await findProject(pathProject) : undefined
  if (!project || project.workspace_id !== caller.workspaceId) throw new NotFound()
  const environment = requireEnvironment(caller, environmentHeader)
  return proveProjectEnvironment(project.workspace_id, project.id, environment)
}

/** @throws BadRequest for a name that is none; Forbidden when the client is limited to the other */
export function requireEnvironment(caller: ApiClientCaller, header: string | undefined): EnvironmentName {
  const environment = readEnvironment(header)
  if (caller.environments !== null && !caller.environments.includes(environment)) {
    throw new Forbidden(`This client may not act in ${environment}`, { code: 'environment_not_allowed' })
  }
  return environment
}

function readEnvironment(header: string | undefined): EnvironmentName {
  if (header === undefined || header === 'production') return 'production'
  if (header === 'development') return 'development'
  throw new BadRequest('x-pd-environment must be development or production', { code: 'invalid_environment' })
}
