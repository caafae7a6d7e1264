/** What both environments share is not changed by a client that may act in one only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApiClient } from '../../src/api-clients/create-api-client.ts'
import { assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { openWorld } from './harness.ts'

test('G14-259 a client limited to development changes nothing that production uses', async (t) => {
  const world = await openWorld(t)
  const { clientId, clientSecret } = await createApiClient(
    world.app,
    world.w1,
    { name: 'development only', environments: ['development'] },
    { kind: 'operator', id: null },
  )
  const token = await world.token({ client: { id: clientId, secret: clientSecret.reveal() } })
  const P = `/v1/connect/${world.p1}`
  const project = `/v1/connect/projects/${world.p1}`
  const before = await world.state()
  const changes: [string, string, object?][] = [
    ['PATCH', project, { verifier_uri: null }],
    ['POST', `${project}/logo`, { logo: 'data:image/png;base64,AAAA' }],
    ['POST', `${P}/oauth_apps`, { app: 'github', client_id: 'x', client_secret: 'y' }],
    ['PUT', `${P}/oauth_apps/${world.oauthAppId}`, { client_secret: 'other' }],
    ['DELETE', `${P}/oauth_apps/${world.oauthAppId}`],
    ['POST', `${P}/app_overrides`, { app: 'zendesk', name: 'x' }],
  ]
  for (const [method, path, body] of changes) {
    const answer = await send(world.address, method, path, {
      token,
      environment: 'development',
      ...(body ? { body } : {}),
    })
    assertStatus(answer, 403)
    assert.equal(jsonOf(answer)['code'], 'environment_not_allowed', `${method} ${path}`)
  }
  assertNothingMoved(before, await world.state())
  // What is its own environment's, it may.
  const own = await send(world.address, 'PUT', `${P}/default_oauth_apps/acme`, {
    token,
    environment: 'development',
    body: { oauth_app_id: null },
  })
  assertStatus(own, 200)
})
