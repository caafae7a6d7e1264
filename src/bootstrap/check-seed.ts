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
export async function problemsOfSeed(app: App, seed: SeedFile, path: string): Promise<string[]> {
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
    if (!known && uri !== undefined)
      await attempt(`/projects/${i}/verifier_uri`, () => checkVerifierUri(app, uri))
    if (!known?.logo_digest && logo !== undefined)
      await attempt(`/projects/${i}/logo`, async () =>
        mediaTypeOf(await readFile(resolve(dirname(path), logo))),
      )
    for (const [j, { app: slug, client_id }] of oauthApps.entries()) {
      if (!known || (await defaultClientId(app, known, slug)) !== client_id)
        await attempt(`/projects/${i}/oauth_apps/${j}`, () => requireOAuth(app.catalog.current.find(slug)))
    }
  }
  // The first start makes the preset one after this.
  const made = new Set([app.config.bootstrap.projectId, ...projects.map(({ id }) => id)])
  for (const [i, client] of clients.entries()) {
    if (await app.accessTokens.findClient(client.id)) continue
    if (client.scope !== undefined && !parseScopes(client.scope))
      problems.push(`/api_clients/${i}/scope: has an unknown or malformed value`)
    for (const [j, id] of (client.projects ?? []).entries())
      if (!made.has(id) && !(await app.projects.find(id)))
        problems.push(`/api_clients/${i}/projects/${j}: there is no project ${id}`)
  }
  return problems
}

async function defaultClientId(app: App, { id, workspace_id }: Project, slug: string) {
  const env = projectEnvironmentOfRow(workspace_id, { project_id: id, environment: 'production' })
  return (await findDefaultOAuthApp(app, env, slug))?.clientId
}

type Project = NonNullable<Awaited<ReturnType<App['projects']['find']>>>
