/** Owns putting a connected account into the database without going through a provider. */
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { saveAccount } from '../../src/accounts/save-account.ts'
import type { App } from '../../src/app.ts'
import type { EnvironmentName } from '../../src/db/tables.ts'
import { ensureExternalUser } from '../../src/external-users/ensure-external-user.ts'

export interface NewAccount {
  workspaceId: string
  project: string
  environment: EnvironmentName
  user: string
  app: 'acme' | 'acme_keys'
  oauthAppId?: string | null
  /** Begins every credential value. */
  canary: string
}

/** Returns the account's id. Nothing ever refreshes it: its token has no expiry. */
export async function addAccount(app: App, wish: NewAccount): Promise<string> {
  const env = projectEnvironmentOfRow(wish.workspaceId, {
    project_id: wish.project,
    environment: wish.environment,
  })
  const keys = wish.app === 'acme_keys'
  return app.db.write(async (tx) => {
    const user = await ensureExternalUser(tx, env, wish.user, app.clock.now())
    return saveAccount(tx, app, env, {
      externalUser: { id: user.id, externalId: wish.user },
      appSlug: wish.app,
      oauthAppId: wish.oauthAppId ?? null,
      name: `Account of ${wish.user}`,
      credentials: {
        kind: keys ? 'keys' : 'static',
        values: keys ? { api_key: `${wish.canary}-key` } : { oauth_access_token: `${wish.canary}-access` },
        expiresAt: null,
        authorizedScopes: keys ? null : ['read'],
      },
    })
  })
}
