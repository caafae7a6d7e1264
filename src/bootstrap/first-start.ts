/**
 * Owns what the first start makes, so that a newcomer can call the API at once: workspace, administrator, project, API client, and the
 * sandbox's OAuth app. Presets give containers known ids and secrets; starting again with the same presets changes nothing.
 */
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import { createApiClient } from '../api-clients/create-api-client.ts'
import { presetClientSecret } from '../api-clients/preset-client-secret.ts'
import type { App } from '../app.ts'
import { createOAuthApp } from '../oauth-apps/create-oauth-app.ts'
import { mintSecret } from '../platform/crypto/secrets.ts'
import { Secret } from '../platform/secret.ts'
import { createProject } from '../projects/create-project.ts'
import { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from '../sandbox/sandbox-client.ts'
import { createWorkspace, findOnlyWorkspace } from '../workspace/create-workspace.ts'

const operator = { kind: 'operator', id: null }

/** What was made now and can be shown once. */
export interface FirstStart {
  adminEmail: string
  adminPassword: Secret
  projectId: string
  clientId: string
  clientSecret: Secret
}

/** Undefined when the server had been started before. */
export async function firstStart(app: App): Promise<FirstStart | undefined> {
  const { bootstrap } = app.config
  const known = await findOnlyWorkspace(app.db.read)
  if (known) {
    await ensurePresets(app, known.id)
    return undefined
  }
  const adminEmail = bootstrap.adminEmail ?? 'admin@localhost'
  const adminPassword = bootstrap.adminPassword ?? new Secret(mintSecret('').slice(0, 20))
  const workspaceId = await createWorkspace(app, { name: 'My workspace', adminEmail, adminPassword })
  const projectId = await addProject(app, workspaceId, bootstrap.projectId)
  const { clientId, clientSecret } = await createApiClient(
    app,
    workspaceId,
    {
      name: 'First client',
      ...(bootstrap.clientId === undefined ? {} : { id: bootstrap.clientId }),
      ...(bootstrap.clientSecret === undefined ? {} : { secret: bootstrap.clientSecret }),
    },
    operator,
  )
  return { adminEmail, adminPassword, projectId, clientId, clientSecret }
}

async function addProject(app: App, workspaceId: string, id: string | undefined): Promise<string> {
  const projectId = await createProject(
    app,
    workspaceId,
    { name: 'My project', ...(id === undefined ? {} : { id }) },
    operator,
  )
  if (app.config.sandbox) {
    const env = projectEnvironmentOfRow(workspaceId, { project_id: projectId, environment: 'development' })
    await createOAuthApp(
      app,
      env,
      {
        app: 'acme',
        client_id: SANDBOX_CLIENT_ID,
        client_secret: SANDBOX_CLIENT_SECRET,
        name: 'Acme sandbox',
      },
      operator,
    )
  }
  return projectId
}

/** A preset that appears or changes after the first start is made true; nothing else is touched. */
async function ensurePresets(app: App, workspaceId: string): Promise<void> {
  const { projectId, clientId, clientSecret } = app.config.bootstrap
  if (projectId !== undefined && !(await app.projects.find(projectId)))
    await addProject(app, workspaceId, projectId)
  if (clientId === undefined || clientSecret === undefined) return
  if (await app.accessTokens.findClient(clientId)) {
    await presetClientSecret(app, workspaceId, clientId, clientSecret, operator)
  } else {
    await createApiClient(
      app,
      workspaceId,
      { name: 'Preset client', id: clientId, secret: clientSecret },
      operator,
    )
    app.accessTokens.forget(clientId)
  }
}
