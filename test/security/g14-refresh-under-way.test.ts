/** G14-264: a refresh that is under way when its user is deleted brings nothing back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { saveAccount } from '../../src/accounts/save-account.ts'
import { ensureExternalUser } from '../../src/external-users/ensure-external-user.ts'
import { findExternalUserByExternalId } from '../../src/external-users/find-external-user.ts'
import { testDatabases } from '../databases.ts'
import { assertStatus, send } from './answers.ts'
import { openWorld, within } from './harness.ts'
import { comeBack, consent, depart } from './sandbox-flow.ts'

for (const { name: database } of testDatabases) {
  test(`G14-264 a refresh under way is dropped (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const { app, p1, w1 } = world
    const env = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'development' })
    const departure = await depart(
      world,
      await world.connectToken({ environment: 'development', user: 'u-264' }),
    )
    const back = await consent(world, departure)
    assertStatus(await comeBack(world, departure, Object.fromEntries(back.searchParams)), 303)
    const user = await findExternalUserByExternalId(app, env, 'u-264')
    assert.ok(user)
    const row = await app.db.read
      .selectFrom('accounts')
      .selectAll()
      .where('external_user_id', '=', user.id)
      .executeTakeFirstOrThrow()

    world.clock.advance(3_600_000)
    await send(world.address, 'PUT', '/sandbox/settings', { body: { delay_ms: 1500 } })
    const token = await world.token()
    const P = `/v1/connect/${p1}`
    const sent = { token, environment: 'development' }
    const reading = send(world.address, 'GET', `${P}/accounts/${row.id}?include_credentials=true`, sent)
    await within(5_000, async () => {
      const { refresh_attempt } = await app.db.read
        .selectFrom('credentials')
        .select('refresh_attempt')
        .where('account_id', '=', row.id)
        .executeTakeFirstOrThrow()
      return refresh_attempt !== null
    })
    assertStatus(await send(world.address, 'DELETE', `${P}/users/u-264`, sent), 204)
    // The same person is back at once, with another account.
    const again = await app.db.write(async (tx) => {
      const { id } = await ensureExternalUser(tx, env, 'u-264', app.clock.now())
      return saveAccount(tx, app, env, {
        externalUser: { id, externalId: 'u-264' },
        appSlug: 'acme_keys',
        oauthAppId: null,
        name: null,
        credentials: {
          kind: 'keys',
          values: { api_key: 'acme_new' },
          expiresAt: null,
          authorizedScopes: null,
        },
      })
    })
    const before = await world.state()
    assertStatus(await reading, 404)
    await app.refreshFlights.landed()
    const after = await world.state()
    // The sandbox counts the token request that was under way; its counts are no account's.
    const rows = (state: typeof after, table: string) =>
      state.get(table)?.filter((text) => !text.includes('sandbox'))
    for (const table of ['accounts', 'credentials', 'external_users', 'counters'])
      assert.deepEqual(rows(after, table), rows(before, table), table)
    assert.ok(after.get('accounts')?.some((text) => text.includes(again)))
    assert.ok(!after.get('accounts')?.some((text) => text.includes(row.id)))
  })
}
