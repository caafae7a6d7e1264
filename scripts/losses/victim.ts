/** Owns one life of a server that is killed over a refresh: an App without its HTTP server. See scripts/measure-losses.ts. */
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { replayJournal } from '../../src/accounts/commit-refresh.ts'
import { freshCredentials } from '../../src/accounts/fresh-credentials.ts'
import { saveAccount } from '../../src/accounts/save-account.ts'
import { findAnyAccountWithCredentials } from '../../src/accounts/store.ts'
import { createApp } from '../../src/bootstrap/create-app.ts'
import { loadConfig } from '../../src/config.ts'
import { ensureExternalUser } from '../../src/external-users/ensure-external-user.ts'
import { createOAuthApp } from '../../src/oauth-apps/create-oauth-app.ts'
import { Secret } from '../../src/platform/secret.ts'
import { createProject } from '../../src/projects/create-project.ts'
import { createWorkspace } from '../../src/workspace/create-workspace.ts'

/**
 * `make` accounts, or: read `recover`, whose refresh the last life died over, refresh `before`, as a server in service has refreshed others before,
 * then refresh `next`, and be killed.
 */
type Task = { make: number } | { recover: string | null; before: string | null; next: string | null }

const task = JSON.parse(process.argv[2]!) as Task
const { config } = loadConfig()
const { app, close } = await createApp(config)
await replayJournal(app)

if ('make' in task) {
  console.log(JSON.stringify(await makeAccounts(task.make)))
  await close()
} else {
  if (task.recover !== null) console.log(JSON.stringify(await accessTokenOf(task.recover)))
  if (task.before !== null) await accessTokenOf(task.before)
  if (task.next !== null) {
    await accessTokenOf(task.next)
    // The kill is on its way.
    setInterval(() => {}, 1000)
  } else await close()
}

async function makeAccounts(count: number): Promise<string[]> {
  const operator = { kind: 'operator', id: null }
  const workspaceId = await createWorkspace(app, {
    name: 'Losses',
    adminEmail: 'nobody@localhost.test',
    adminPassword: new Secret('nobody-signs-in-here'),
  })
  const project_id = await createProject(app, workspaceId, { name: 'Losses' }, operator)
  const env = projectEnvironmentOfRow(workspaceId, { project_id, environment: 'production' })
  const client = { app: 'rotating', client_id: 'client', client_secret: 'secret' }
  const { id: oauthAppId } = await createOAuthApp(app, env, client, operator)
  const now = app.clock.now()
  return app.db.write(async (tx) => {
    const { id } = await ensureExternalUser(tx, env, 'user', now)
    const ids: string[] = []
    for (let grant = 0; grant < count; grant += 1) {
      ids.push(
        await saveAccount(tx, app, env, {
          externalUser: { id, externalId: 'user' },
          appSlug: 'rotating',
          oauthAppId,
          name: null,
          credentials: {
            kind: 'refreshable',
            values: { oauth_access_token: `access-${grant}-0`, oauth_refresh_token: `refresh-${grant}-0` },
            expiresAt: now,
            authorizedScopes: null,
          },
        }),
      )
    }
    return ids
  })
}

/** Null when no working credentials are left. */
async function accessTokenOf(id: string): Promise<string | null> {
  const row = (await findAnyAccountWithCredentials(app.db.read, id))!
  const env = projectEnvironmentOfRow(row.workspace_id, row)
  const { credentialsText } = await freshCredentials(app, env, row)
  if (credentialsText === undefined) return null
  return (JSON.parse(credentialsText) as Record<string, string>)['oauth_access_token'] ?? null
}
