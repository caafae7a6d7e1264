/** Owns naming the OAuth app that an app's flows use in an environment when they name none (decisions 4.1). */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import type { DefaultOAuthAppShape } from './contract.ts'
import { deleteDefault, findOAuthAppRow, upsertDefault } from './store.ts'

/**
 * `appSlugOrId` as the catalogue knows it; null ends the default.
 * @throws NotFound when the catalogue has no such app, or the project no such OAuth app
 * @throws BadRequest when the OAuth app is for another app
 */
export async function setDefaultOAuthApp(
  app: Pick<App, 'db' | 'clock' | 'catalog'>,
  env: ProjectEnvironment,
  appSlugOrId: string,
  oauthAppId: string | null,
  actor: { kind: string; id: string | null },
): Promise<DefaultOAuthAppShape> {
  const slug = app.catalog.current.find(appSlugOrId)?.name_slug
  if (slug === undefined) throw new NotFound()
  await app.db.write(async (tx) => {
    if (oauthAppId === null) {
      await deleteDefault(tx, env, slug)
    } else {
      const row = await findOAuthAppRow(tx, env, oauthAppId)
      if (!row) throw new NotFound()
      if (row.app_slug !== slug) {
        throw new BadRequest(`The OAuth app is for ${row.app_slug}, not for ${slug}`, {
          code: 'oauth_app_of_another_app',
        })
      }
      await upsertDefault(tx, {
        project_id: env.projectId,
        environment: env.environment,
        app_slug: slug,
        oauth_app_id: oauthAppId,
      })
    }
    await record(tx, {
      at: app.clock.now(),
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'default_oauth_app.update',
      target: oauthAppId,
      details: { app: slug, environment: env.environment },
    })
  })
  return { app: slug, oauth_app_id: oauthAppId }
}
