/** Owns listing a workspace's API clients: facts to recognise them by, no secret, not even its digest. */
import type { App } from '../app.ts'
import { isoTime } from '../platform/clock.ts'
import { listApiClients } from './store.ts'

export async function listClients(app: Pick<App, 'db'>, workspaceId: string) {
  return (await listApiClients(app.db.read, workspaceId)).map((client) => ({
    client_id: client.id,
    name: client.name,
    scope: client.scopes.join(' '),
    projects: client.projectIds?.join(' ') ?? null,
    environments: client.environments?.join(' ') ?? null,
    may_read_credentials: client.credentials_denied_at === null,
    created_at: isoTime(client.created_at),
    last_used_at: isoTime(client.last_used_at),
    expires_at: isoTime(client.expires_at),
    disabled_at: isoTime(client.disabled_at),
  }))
}
