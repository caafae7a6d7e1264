/** A world whose provider revokes, for the tests of revocations. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { deleteAccount } from '../src/accounts/delete-accounts.ts'
import { saveAccount, type ConnectedAccount } from '../src/accounts/save-account.ts'
import type { ApiClientCaller } from '../src/access/caller.ts'
import { ensureExternalUser } from '../src/external-users/ensure-external-user.ts'
import { oauthApp } from '../src/upstream/sample-app.ts'
import { connectWorld, type WorldOptions } from './connect-world.ts'
import { runRevocations } from '../src/revocations/run-revocations.ts'
import type { RevocationRow } from '../src/revocations/store.ts'

export const operator = { kind: 'operator', id: null }
export const rfc7009 = {
  method: 'POST',
  auth: 'client_basic',
  body: { token: '{{refresh_token ?? access_token}}' },
}

/** A world whose provider revokes at `/revoke`; its loop sleeps, so that a test runs each round itself. */
export async function revokingWorld(
  t: TestContext,
  revocation: object | undefined,
  options: WorldOptions = {},
) {
  const world = await connectWorld(t, { ...options })
  const { app, provider, env } = world
  app.revocationsDue.listen(() => {})
  const current = app.catalog.current
  const double = { ...current.find('double')! }
  if (revocation !== undefined) {
    const oauth = { revocation: { url: `${provider.origin}/revoke`, ...revocation } }
    double.oauth = oauthApp(provider.origin, oauth).oauth!
  }
  const find = current.find.bind(current)
  current.find = (name) => (name === 'double' ? double : find(name))
  const caller: ApiClientCaller = {
    kind: 'api_client',
    workspaceId: env.workspaceId,
    clientId: 'c',
    scopes: ['*'],
    ceiling: ['*'],
    projectIds: null,
    environments: null,
    mayReadCredentials: true,
  }
  let serial = 0
  return {
    ...world,
    caller,
    run: () => runRevocations(app),
    async connect(
      wish: Partial<ConnectedAccount> & { kind?: 'keys' | 'static' | 'refreshable'; user?: string } = {},
    ): Promise<string> {
      serial += 1
      const { kind = 'refreshable', user = 'u1', ...rest } = wish
      const values =
        kind === 'keys'
          ? { api_key: `canary-key-${serial}` }
          : {
              oauth_access_token: `canary-at-${serial}`,
              ...(kind === 'refreshable' ? { oauth_refresh_token: `canary-rt-${serial}` } : {}),
            }
      return app.db.write(async (tx) => {
        const { id } = await ensureExternalUser(tx, env, user, world.clock.now())
        return saveAccount(tx, app, env, {
          externalUser: { id, externalId: user },
          appSlug: kind === 'keys' ? 'double_keys' : 'double',
          oauthAppId: kind === 'keys' ? null : world.oauthAppId,
          name: null,
          credentials: { kind, values, expiresAt: null, authorizedScopes: null },
          ...rest,
        })
      })
    },
    delete: (id: string) => deleteAccount(app, env, caller, id),
    revocation: async (accountId: string) => {
      const rows = await world.rows('revocations')
      const found = rows.filter((row) => row.account_id === accountId)
      assert.equal(found.length, 1, `${found.length} receipts of ${accountId}`)
      return found[0]!
    },
  }
}

/** Nothing is left that could be opened. */
export function assertWiped(row: RevocationRow) {
  assert.deepEqual(
    [row.sealed, row.client_id, row.client_secret, row.next_attempt_at, row.lease_until],
    [null, null, null, null, null],
  )
  assert.notEqual(row.finished_at, null)
}
