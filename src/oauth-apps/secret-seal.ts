/** Owns sealing and opening an OAuth app's client secret: bound to its row and project. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Binding } from '../platform/crypto/vault.ts'
import { Secret } from '../platform/secret.ts'

type Tenant = Pick<ProjectEnvironment, 'workspaceId' | 'projectId'>

const bindingOf = (env: Tenant, id: string): Binding => ({
  table: 'oauth_apps',
  column: 'client_secret',
  row: id,
  workspace: env.workspaceId,
  project: env.projectId,
})

export const sealClientSecret = (app: Pick<App, 'vault'>, env: Tenant, id: string, secret: Secret): string =>
  app.vault.seal(bindingOf(env, id), secret.reveal())

/** @throws SealBroken when the column was altered or belongs to another row */
export const openClientSecret = (app: Pick<App, 'vault'>, env: Tenant, id: string, sealed: string): Secret =>
  new Secret(app.vault.open(bindingOf(env, id), sealed))
