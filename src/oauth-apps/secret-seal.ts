/** Owns sealing and opening an OAuth app's client secret and settings: bound to its row and project. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Binding } from '../platform/crypto/vault.ts'
import { Secret } from '../platform/secret.ts'

type Tenant = Pick<ProjectEnvironment, 'workspaceId' | 'projectId'>

const bindingOf = (
  env: Tenant,
  id: string,
  column: 'client_secret' | 'settings' = 'client_secret',
): Binding => ({
  table: 'oauth_apps',
  column,
  row: id,
  workspace: env.workspaceId,
  project: env.projectId,
})

export const sealClientSecret = (app: Pick<App, 'vault'>, env: Tenant, id: string, secret: Secret): string =>
  app.vault.seal(bindingOf(env, id), secret.reveal())

/** @throws SealBroken when the column was altered or belongs to another row */
export const openClientSecret = (app: Pick<App, 'vault'>, env: Tenant, id: string, sealed: string): Secret =>
  new Secret(app.vault.open(bindingOf(env, id), sealed))

type Settings = Readonly<Record<string, string>>

/** None at all is null. */
export const sealSettings = (
  app: Pick<App, 'vault'>,
  env: Tenant,
  id: string,
  settings: Settings | null,
): string | null =>
  settings === null || Object.keys(settings).length === 0
    ? null
    : app.vault.seal(bindingOf(env, id, 'settings'), JSON.stringify(settings))

/** @throws SealBroken as `openClientSecret` */
export const openSettings = (
  app: Pick<App, 'vault'>,
  env: Tenant,
  id: string,
  sealed: string | null,
): Readonly<Record<string, Secret>> => {
  if (sealed === null) return {}
  const settings = JSON.parse(app.vault.open(bindingOf(env, id, 'settings'), sealed)) as Settings
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, new Secret(value)]))
}
