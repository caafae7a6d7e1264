/** Owns what a seed file's schema cannot say: whether all that is to be made can be. Asked before anything is, so that a mistake changes nothing. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import { parseScopes } from '../access/scopes.ts'
import type { App } from '../app.ts'
import { requireOAuth } from '../oauth-apps/create-oauth-app.ts'
import { findDefaultOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { mediaTypeOf } from '../projects/project-logo.ts'
import { checkVerifierUri } from '../projects/update-project.ts'
import type { SeedFile } from './seed-file.ts'

/** A line for each thing that cannot be made, with its place in the file at `path`. What is there already is not asked about. */
export async function problemsOfSeed(
  app: App,
  workspaceId: string,
  seed: SeedFile,
  path: string,
): Promise<string[]> {
  const problems: string[] = []
  const attempt = async (place: string, check: () => unknown) => {
    try {
      await check()
    } catch (error) {
      problems.push(`${place}: ${(error as Error).message}`)
    }
  }
  const { projects = [], api_clients: clients = [] } = seed
  for (const [i, { id, verifier_uri: uri, logo, oauth_apps: oauthApps = [] }] of projects.entries()) {
    const known = await app.projects.find(id)
    const env = projectEnvironmentOfRow(workspaceId, { project_id: id, environment: 'production' })
    if (!known && uri !== undefined)
      await attempt(`/projects/${i}/verifier_uri`, () => checkVerifierUri(app, uri))
    if (!known?.logo_digest && logo !== undefined)
      await attempt(`/projects/${i}/logo`, async () =>
        mediaTypeOf(await readFile(resolve(dirname(path), logo))),
      )
    for (const [j, { app: slug, client_id }] of oauthApps.entries()) {
      const isThere = known && (await findDefaultOAuthApp(app, env, slug))?.clientId === client_id
      if (!isThere)
        await attempt(`/projects/${i}/oauth_apps/${j}`, () => requireOAuth(app.catalog.current.find(slug)))
    }
  }
  const made = new Set(projects.map(({ id }) => id))
  for (const [i, client] of clients.entries()) {
    if (await app.accessTokens.findClient(client.id)) continue
    if (client.scope !== undefined && !parseScopes(client.scope))
      problems.push(`/api_clients/${i}/scope: has an unknown or malformed value`)
    for (const [j, id] of (client.projects ?? []).entries())
      if (!made.has(id) && (await app.projects.find(id))?.workspace_id !== workspaceId)
        problems.push(`/api_clients/${i}/projects/${j}: there is no project ${id}`)
  }
  return problems
}
