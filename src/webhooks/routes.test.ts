/** The four endpoints of the contract (rows 40 to 43), and who may call them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert403, assert403Scope, assertStatus, jsonOf, send } from '../../test/security/answers.ts'
import { openReceiver, openWebhookWorld } from '../../test/security/webhook-world.ts'

type Shape = { data: Record<string, unknown> | null }

for (const database of ['sqlite', 'postgres'] as const) {
  test(`a webhook is set, shown, changed and deleted as the contract says (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    const receiver = await openReceiver(t)
    const shown = async () => jsonOf<Shape>(await world.call('GET', 'webhook')).data
    assert.equal(await shown(), null)
    assertStatus(await world.call('POST', 'webhook/regenerate_signing_key'), 404)
    assertStatus(await world.call('POST', 'webhook/test'), 404)
    assertStatus(await world.call('DELETE', 'webhook'), 204)
    assertStatus(await world.call('POST', 'webhook/deliveries/dlv_%00/replay'), 404)
    assertStatus(await world.call('GET', 'events/stream?last_event_id=%00'), 400)

    const made = jsonOf<Shape>(await world.call('PUT', 'webhook', { body: { url: receiver.url } })).data!
    const { signing_key: key, ...rest } = made
    const seconds = Math.floor(world.clock.now() / 1000)
    assert.match(String(key), /^whsec_/)
    assert.match(String(rest['id']), /^wh_[0-9A-Za-z]{16}$/)
    assert.deepEqual(rest, {
      id: rest['id'],
      url: receiver.url,
      signing_key_set: true,
      created_at: seconds,
      updated_at: seconds,
      failing_since: null,
      disabled_at: null,
    })
    assert.deepEqual(await shown(), rest)
    assert.equal(
      jsonOf<Shape>(await world.call('GET', 'webhook', { environment: 'development' })).data,
      null,
      'the other environment has its own',
    )

    world.clock.advance(5_000)
    const url = `${receiver.url}?a=b`
    const changed = await world.call('PUT', 'webhook', { body: { url } })
    assert.deepEqual(jsonOf<Shape>(changed).data, { ...rest, url, updated_at: seconds + 5 })
    const regenerated = jsonOf<Shape>(await world.call('POST', 'webhook/regenerate_signing_key')).data!
    assert.match(String(regenerated['signing_key']), /^whsec_/)
    assert.notEqual(regenerated['signing_key'], key)

    const tested = await world.call('POST', 'webhook/test')
    assertStatus(tested, 200)
    await receiver.has(1)
    assert.equal(receiver.events()[0]!.type, 'webhook.test')
    assert.equal(receiver.ids()[0], jsonOf<{ data: { event_id: string } }>(tested).data.event_id)

    const both = await Promise.all(
      [1, 2].map(() => world.call('PUT', 'webhook', { environment: 'development', body: { url } })),
    )
    const keys = both.map((answer) => jsonOf<Shape>(answer).data!['signing_key'])
    assert.equal(keys.filter(Boolean).length, 1, 'of two at once one makes it')
    assertStatus(await world.call('DELETE', 'webhook'), 204)
    assert.equal(await shown(), null)
  })
}

test('an address that is not https, not public or not an address is refused, and nothing is kept', async (t) => {
  const world = await openWebhookWorld(t, { env: { HEADGATE_EGRESS_ALLOW: '' } })
  const wrong = [
    'http://hooks.example.com/',
    'https://10.0.0.1/',
    'http://127.0.0.1:9/',
    'https://user:pass@hooks.example.com/',
    'https://hooks.example.com/#x',
    'ftp://hooks.example.com/',
    'hooks',
    '',
    7,
    null,
  ]
  for (const url of wrong) assertStatus(await world.call('PUT', 'webhook', { body: { url } }), 400)
  assert.deepEqual(await world.app.db.read.selectFrom('webhooks').selectAll().execute(), [])
})

test('only an API client with the scope reaches webhooks and events', async (t) => {
  const world = await openWebhookWorld(t)
  const [read, write] = ['connect:projects:read', 'connect:projects:write']
  const readOnly = await world.token({ scope: read })
  const writeOnly = await world.token({ scope: write })
  const connectToken = await world.connectToken()
  const body = { url: 'https://hooks.example.com/' }
  for (const [method, path, scope] of [
    ['GET', 'webhook', read],
    ['PUT', 'webhook', write],
    ['DELETE', 'webhook', write],
    ['POST', 'webhook/regenerate_signing_key', write],
    ['POST', 'webhook/test', write],
    ['GET', 'webhook/deliveries', read],
    ['POST', 'webhook/deliveries/dlv_1/replay', write],
    ['GET', 'events', read],
    ['GET', 'events/stream', read],
  ] as const) {
    const address = `/v1/connect/${world.p1}/${path}`
    const sent = method === 'PUT' ? { body } : {}
    const other = scope === read ? writeOnly : readOnly
    assert403Scope(await send(world.address, method, address, { ...sent, token: other }), scope)
    assert403(
      await send(world.address, method, address, { ...sent, token: connectToken }),
      'caller_not_allowed',
    )
    const foreign = await send(world.address, method, address.replace(world.p1, world.p3), {
      ...sent,
      token: await world.bearer(),
    })
    assertStatus(foreign, 404)
  }
  const list = await world.call('GET', 'webhook/deliveries?status=lost')
  assertStatus(list, 400)
})
