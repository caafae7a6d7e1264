/** Owns the declarative seed: a YAML file of projects, API clients and OAuth apps, made when missing, left alone when there. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Ajv } from 'ajv'
import { type Static, Type } from 'typebox'
import { parse } from 'yaml'
import { type ProjectEnvironment, projectEnvironmentOfRow } from '../access/project-environment.ts'
import { createApiClient } from '../api-clients/create-api-client.ts'
import { presetClientSecret } from '../api-clients/preset-client-secret.ts'
import type { App } from '../app.ts'
import { createOAuthApp } from '../oauth-apps/create-oauth-app.ts'
import { findDefaultOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { Secret } from '../platform/secret.ts'
import { createProject } from '../projects/create-project.ts'
import { setProjectLogo } from '../projects/project-logo.ts'
import { problemsOfSeed } from './check-seed.ts'

const closed = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: 100 })

const SeedOAuthApp = Type.Object(
  {
    app: Type.String({ description: 'Slug' }),
    client_id: Type.String({ minLength: 1 }),
    client_secret: Type.String({ minLength: 1 }),
    name: Type.Optional(Name),
    scopes: Type.Optional(Type.Array(Type.String())),
  },
  closed,
)

const SeedProject = Type.Object(
  {
    id: Type.String({ pattern: '^proj_[0-9A-Za-z]{1,40}$' }),
    name: Name,
    app_name: Type.Optional(Name),
    support_email: Type.Optional(Type.String({ maxLength: 254 })),
    require_allowed_origins: Type.Optional(Type.Boolean()),
    verifier_uri: Type.Optional(Type.String({ maxLength: 2048 })),
    logo: Type.Optional(Type.String({ description: 'File beside the seed file; PNG, JPEG or WebP' })),
    oauth_apps: Type.Optional(Type.Array(SeedOAuthApp)),
  },
  closed,
)

const SeedApiClient = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9A-Za-z_-]{8,64}$' }),
    secret: Type.String({ pattern: '^[\\x21-\\x7e]{32,256}$' }),
    name: Name,
    scope: Type.Optional(Type.String()),
    projects: Type.Optional(Type.Array(Type.String())),
    environments: Type.Optional(Type.Array(Type.Enum(['development', 'production']))),
    may_read_credentials: Type.Optional(Type.Boolean()),
  },
  closed,
)

export const SeedFile = Type.Object(
  { projects: Type.Optional(Type.Array(SeedProject)), api_clients: Type.Optional(Type.Array(SeedApiClient)) },
  closed,
)
export type SeedFile = Static<typeof SeedFile>

/** A seed file that cannot be used; nothing of it was applied. The text names the place, never a value. */
export class BadSeed extends Error {
  override readonly name = 'BadSeed'
}

const operator = { kind: 'operator', id: null }

/** Judges all of it before anything is made. What it returns makes what is missing and may be repeated. @throws BadSeed */
export async function readSeedFile(app: App, path: string): Promise<(workspaceId: string) => Promise<void>> {
  const seed = await readSeed(path)
  const problems = await problemsOfSeed(app, seed, path)
  if (problems.length > 0) throw new BadSeed(`${path}: ${problems.join('; ')}`)
  return (workspaceId) => applySeed(app, workspaceId, seed, path)
}

/** An API client whose secret differs gets the one of the file. */
async function applySeed(app: App, workspaceId: string, seed: SeedFile, path: string): Promise<void> {
  for (const project of seed.projects ?? []) {
    if (!(await app.projects.find(project.id))) {
      const { id, name, app_name: appName, support_email: supportEmail, verifier_uri: verifierUri } = project
      await createProject(
        app,
        workspaceId,
        {
          id,
          name,
          appName: appName ?? null,
          supportEmail: supportEmail ?? null,
          requireAllowedOrigins: project.require_allowed_origins ?? false,
          verifierUri: verifierUri ?? null,
        },
        operator,
      )
    }
    const env = projectEnvironmentOfRow(workspaceId, { project_id: project.id, environment: 'production' })
    if (project.logo !== undefined) await seedLogo(app, env, resolve(dirname(path), project.logo))
    for (const wanted of project.oauth_apps ?? []) {
      const known = await findDefaultOAuthApp(app, env, wanted.app)
      if (known?.clientId !== wanted.client_id) await createOAuthApp(app, env, wanted, operator)
    }
  }
  for (const wanted of seed.api_clients ?? []) {
    const secret = new Secret(wanted.secret)
    if (await app.accessTokens.findClient(wanted.id)) {
      await presetClientSecret(app, workspaceId, wanted.id, secret, operator)
      continue
    }
    await createApiClient(
      app,
      workspaceId,
      {
        id: wanted.id,
        secret,
        name: wanted.name,
        ...(wanted.scope === undefined ? {} : { scope: wanted.scope }),
        projectIds: wanted.projects ?? null,
        environments: wanted.environments ?? null,
        mayReadCredentials: wanted.may_read_credentials ?? true,
      },
      operator,
    )
    app.accessTokens.forget(wanted.id)
  }
}

/** Where the project has none. */
async function seedLogo(app: App, env: ProjectEnvironment, file: string): Promise<void> {
  if (!(await app.projects.find(env.projectId))?.logo_digest)
    await setProjectLogo(app, env, await readFile(file), operator)
}

async function readSeed(path: string): Promise<SeedFile> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new BadSeed(`${path} cannot be read (${cause.code})`, { cause })
  })
  let value: unknown
  try {
    value = parse(text, { maxAliasCount: 20 }) ?? {}
  } catch (cause) {
    // The parser quotes the offending line, which may hold a secret: only its place is repeated.
    const position = (cause as { linePos?: { line: number }[] }).linePos?.[0]?.line
    throw new BadSeed(`${path} cannot be read as YAML${position ? ` (line ${position})` : ''}`, { cause })
  }
  const ajv = new Ajv({ allErrors: true, strict: false })
  if (!ajv.validate(SeedFile, value)) {
    const problems = (ajv.errors ?? []).map(({ instancePath, message, params }) => {
      const unknown = params['additionalProperty'] as string | undefined
      return `${instancePath || '/'} ${unknown === undefined ? message : `has no use for ${unknown}`}`
    })
    throw new BadSeed(`${path}: ${problems.join('; ')}`)
  }
  return value as SeedFile
}
