/** Owns registering an OAuth app. The first for its app becomes the default of both environments. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { record } from '../audit/record.ts'
import { addToCounters, readCounter } from '../db/counters.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { BadRequest } from '../platform/errors.ts'
import { Secret } from '../platform/secret.ts'
import type { CreateOAuthAppBody, OAuthAppShape } from './contract.ts'
import { countersOfOAuthApp, oauthAppCounter } from './oauth-app-counters.ts'
import { renderOAuthApp } from './render-oauth-app.ts'
import { openClientSecret, sealClientSecret, sealSettings } from './secret-seal.ts'
import { insertMissingDefaults, insertOAuthApp, listOAuthAppsOfClient, type OAuthAppRow } from './store.ts'

type Capabilities = Pick<App, 'db' | 'clock' | 'vault' | 'catalog' | 'config'>

/**
 * The SDKs repeat a creation whose answer they lost: the same app, client, secret and name are answered with what is there.
 * `id` is preset for containers and CI: the redirect URI that is registered at the provider has it.
 * @throws BadRequest when the app is unknown or does not connect by OAuth
 */
export async function createOAuthApp(
  app: Capabilities,
  env: ProjectEnvironment,
  body: CreateOAuthAppBody,
  actor: { kind: string; id: string | null },
  id: string = mintId('oa'),
): Promise<OAuthAppShape> {
  const { name_slug: slug } = requireOAuth(app.catalog.current.find(body.app))
  const now = app.clock.now()
  const row: OAuthAppRow = {
    id,
    project_id: env.projectId,
    app_slug: slug,
    name: body.name ?? null,
    description: body.description ?? null,
    client_id: body.client_id,
    client_secret: sealClientSecret(app, env, id, new Secret(body.client_secret)),
    scopes: body.scopes ?? null,
    additional_scopes: body.additional_scopes ?? null,
    settings: sealSettings(app, env, id, body.settings ?? null),
    created_at: now,
    updated_at: now,
  }
  const made = await app.db.write(async (tx) => {
    // Raising a total holds its row: of two creations at once the second sees what the first has made.
    await addToCounters(tx, countersOfOAuthApp(env, slug), 1)
    const known = (await listOAuthAppsOfClient(tx, env, slug, row.client_id)).find(
      (one) => one.name === row.name && isSecretOf(app, env, one, body.client_secret),
    )
    if (known) {
      await addToCounters(tx, countersOfOAuthApp(env, slug), -1)
      return known
    }
    await insertOAuthApp(tx, row)
    const isFirst = (await readCounter(tx, oauthAppCounter(env, slug))) === 1
    if (isFirst)
      await insertMissingDefaults(tx, { project_id: env.projectId, app_slug: slug, oauth_app_id: id })
    await record(tx, {
      at: now,
      workspaceId: env.workspaceId,
      projectId: env.projectId,
      actor,
      action: 'oauth_app.create',
      target: id,
      details: { app: slug, became_default: isFirst ? 1 : 0 },
    })
    return row
  })
  return renderOAuthApp(app, made)
}

/** One whose secret does not open is not the one that was just made. */
function isSecretOf(
  app: Pick<App, 'vault'>,
  env: ProjectEnvironment,
  row: OAuthAppRow,
  secret: string,
): boolean {
  try {
    return openClientSecret(app, env, row.id, row.client_secret).reveal() === secret
  } catch {
    return false
  }
}

/** @throws BadRequest for an app that is unknown or has no use for an OAuth app */
export function requireOAuth(found: CatalogApp | undefined): CatalogApp {
  if (!found) throw new BadRequest('app names no app', { code: 'unknown_app' })
  if (found.auth_type !== 'oauth') {
    throw new BadRequest(`${found.name} does not connect by OAuth, so it needs no OAuth app`, {
      code: 'not_an_oauth_app',
    })
  }
  return found
}
