/** Owns judging what an app override presets: fields that a person would be asked for, and an OAuth app of the same app. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { fieldFault } from '../apps/field-fault.ts'
import { findOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { BadRequest } from '../platform/errors.ts'

/** @throws BadRequest `invalid_parameter` naming each field at fault, never its value */
export function checkCfmap(app: CatalogApp, cfmap: Readonly<Record<string, string>>): void {
  const faults: string[] = []
  for (const [name, value] of Object.entries(cfmap)) {
    const field = app.custom_fields.find((one) => one.name === name && one.source === 'user')
    if (!field) faults.push(`${name}: ${app.name} asks for no such field`)
    else if (field.type === 'password') faults.push(`${name}: a secret cannot be preset`)
    else if (value === '' || fieldFault(field, value) !== undefined)
      faults.push(`${name}: not a value this field may have`)
  }
  if (faults.length > 0) throw new BadRequest(`cfmap: ${faults.join('; ')}`, { code: 'invalid_parameter' })
}

/** @throws BadRequest `unknown_oauth_app` when the project has none of that id for the app */
export async function checkOAuthApp(
  app: Pick<App, 'db' | 'vault'>,
  env: ProjectEnvironment,
  appSlug: string,
  oauthAppId: string | null,
): Promise<void> {
  if (oauthAppId === null) return
  if ((await findOAuthApp(app, env, oauthAppId))?.appSlug !== appSlug)
    throw new BadRequest('oauth_app_id names no OAuth app of this app', { code: 'unknown_oauth_app' })
}
