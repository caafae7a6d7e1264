/** G14: what belongs to another tenant looks like what does not exist, on every route that takes an id, and stays as it was. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteApiClient, disableApiClient } from '../../src/api-clients/end-api-client.ts'
import { presetClientSecret } from '../../src/api-clients/preset-client-secret.ts'
import { rotateClientSecret } from '../../src/api-clients/rotate-client-secret.ts'
import { Secret } from '../../src/platform/secret.ts'
import { assert404Same, send } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { openWorld, operator } from './harness.ts'

const unknown = {
  account: 'apn_0000000000000000',
  oauthApp: 'oa_0000000000000000',
  project: 'proj_0000000000000000',
}

test('G14-256 every id of another tenant, on every route that takes one, is an unknown id', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const before = await world.state()
  const account = (project: string, id: string) => `/v1/connect/${project}/accounts/${id}`
  const oauthApp = (project: string, id: string) => `/v1/connect/${project}/oauth_apps/${id}`
  const { a9 } = world.accounts
  const foreign: [string, string, string, unknown?][] = [
    ['GET', account(world.p1, a9), account(world.p1, unknown.account)],
    ['GET', account(world.p3, a9), account(unknown.project, unknown.account)],
    ['DELETE', account(world.p1, a9), account(world.p1, unknown.account)],
    ['DELETE', account(world.p3, a9), account(unknown.project, unknown.account)],
    ['GET', `${account(world.p1, a9)}?include_credentials=1`, account(world.p1, unknown.account)],
    ['GET', oauthApp(world.p3, unknown.oauthApp), oauthApp(unknown.project, unknown.oauthApp)],
    [
      'PUT',
      oauthApp(world.p3, unknown.oauthApp),
      oauthApp(unknown.project, unknown.oauthApp),
      { name: 'mine' },
    ],
    ['DELETE', oauthApp(world.p3, unknown.oauthApp), oauthApp(unknown.project, unknown.oauthApp)],
    ['DELETE', `/v1/connect/${world.p3}/users/u1`, `/v1/connect/${unknown.project}/users/u1`],
    [
      'DELETE',
      `/v1/connect/${world.p3}/apps/acme/accounts`,
      `/v1/connect/${unknown.project}/apps/acme/accounts`,
    ],
    ['GET', `/v1/connect/${world.p3}/users`, `/v1/connect/${unknown.project}/users`],
    ['GET', `/v1/connect/${world.p3}/projects/info`, `/v1/connect/${unknown.project}/projects/info`],
    [
      'POST',
      `/v1/connect/${world.p3}/tokens`,
      `/v1/connect/${unknown.project}/tokens`,
      { external_user_id: 'u1' },
    ],
  ]
  for (const [method, theirs, nobodys, body] of foreign) {
    const sent = body === undefined ? { token } : { token, body }
    assert404Same(
      await send(world.address, method, theirs, sent),
      await send(world.address, method, nobodys, sent),
    )
  }
  assertNothingMoved(before, await world.state())
})

test("G14-257 another workspace's client cannot be rotated, preset, disabled or deleted", async (t) => {
  const world = await openWorld(t)
  const { app, w1, c9 } = world
  const secret = new Secret('a-secret-that-somebody-else-has-chosen-1')
  const attempts = [
    () => rotateClientSecret(app, w1, c9.id, operator),
    () => presetClientSecret(app, w1, c9.id, secret, operator),
    () => disableApiClient(app, w1, c9.id, operator),
    () => deleteApiClient(app, w1, c9.id, operator),
  ]
  const before = await world.state()
  for (const attempt of attempts) await assert.rejects(attempt, { name: 'NotFound', status: 404 })
  for (const attempt of attempts) {
    await assert.rejects(attempt, (error: Error) => error.message === 'Not found')
  }
  assertNothingMoved(before, await world.state())
})
