/** Codes that bring no usable token, or fewer permissions than were asked for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld, startedWorld, TOKENS, type World } from '../../test/connect-world.ts'
import { createEgress } from '../upstream/egress.ts'
import { reply, serveLocally } from '../upstream/local-server.ts'

test('G7-135, G7-137, G7-138: exchanges that fail connect nothing, and send the code once', async (t) => {
  const evil = await serveLocally(t, (_request, response) => reply(response, 200, TOKENS))
  const world = await connectWorld(t)
  const token = await world.token()
  const cases: [string, string, World['answers'][string]][] = [
    ['302', 'client_refused', (_q, r) => reply(r, 302, '', { location: `${evil.origin}/token` })],
    ['307', 'client_refused', (_q, r) => reply(r, 307, '', { location: `${evil.origin}/token` })],
    ['500', 'provider_unreachable', (_q, r) => reply(r, 500, 'oops')],
    ['429', 'provider_unreachable', (_q, r) => reply(r, 429, { error: 'rate_limited' })],
    ['refused code', 'exchange_failed', (_q, r) => reply(r, 400, { error: 'invalid_grant' })],
    ['refused client', 'client_refused', (_q, r) => reply(r, 401, { error: 'invalid_client' })],
    ['garbage', 'exchange_failed', (_q, r) => reply(r, 200, '<html>')],
    ['no token', 'exchange_failed', (_q, r) => reply(r, 200, { token_type: 'bearer' })],
    ['mac', 'client_refused', (_q, r) => reply(r, 200, { ...TOKENS, token_type: 'mac' })],
    ['line break', 'exchange_failed', (_q, r) => reply(r, 200, { ...TOKENS, access_token: 'a\r\nb' })],
    ['5 MB', 'exchange_failed', (_q, r) => reply(r, 200, { ...TOKENS, x: 'x'.repeat(5_000_000) })],
    ['cut', 'exchange_failed', (_q, r) => r.destroy()],
  ]
  for (const [what, code, answer] of cases) {
    world.answers['/token'] = answer
    const before = world.provided('/token').length
    const { state, cookie } = await world.start(token)
    assert.equal(await world.failure(await world.callback({ code: 'c', state }, cookie), cookie), code, what)
    assert.equal(world.provided('/token').length - before, 1, what)
  }
  assert.equal(evil.connections(), 0)
  await world.assertNothingConnected(token)
})

test('G7-136: a token endpoint that resolves to a private address is not called', async (t) => {
  const { world, token, state, cookie } = await startedWorld(t)
  const egress = createEgress({ allow: [], lookup: async () => [{ address: '127.0.0.1', family: 4 }] })
  t.after(() => egress.close())
  world.app.egress = egress
  assert.equal(
    await world.failure(await world.callback({ code: 'c', state }, cookie), cookie),
    'client_refused',
  )
  assert.equal(world.provider.connections(), 0)
  await world.assertNothingConnected(token)
})

test('G7-139: granted less than asked', async (t) => {
  const world = await connectWorld(t)
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'read' })
  const strict = await world.token()
  const first = await world.start(strict)
  const refused = await world.callback({ code: 'c', state: first.state }, first.cookie)
  assert.equal(await world.failure(refused, first.cookie), 'scopes_missing')
  await world.assertNothingConnected(strict)

  const { state, cookie } = await world.start(await world.token({ allow_progressive_scopes: true }))
  await world.callback({ code: 'c', state }, cookie)
  const [account] = await world.rows('accounts')
  assert.equal(account?.authorized_scopes, '["read"]')
})

test('G7-139: with less than asked, the app’s own test request decides', async (t) => {
  const world = await connectWorld(t, { double: { test_request: { method: 'GET', url: '/test' } } })
  world.answers['/token'] = (_request, response) => reply(response, 200, { ...TOKENS, scope: 'read' })
  world.answers['/test'] = (_request, response) => reply(response, 403, {})
  const token = await world.token({ allow_progressive_scopes: true })
  const { state, cookie } = await world.start(token)
  assert.equal(
    await world.failure(await world.callback({ code: 'c', state }, cookie), cookie),
    'scopes_missing',
  )
  await world.assertNothingConnected(token)
})
