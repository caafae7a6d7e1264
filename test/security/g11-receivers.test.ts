/** G11: what receivers may do to us and to each other, and what changes about them meanwhile. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { recordEvent } from '../../src/events/record-event.ts'
import { assertStatus, jsonOf } from './answers.ts'
import { within } from './harness.ts'
import { openReceiver, openWebhookWorld } from './webhook-world.ts'

test('G11-225: receivers that hang hold up nobody else', async (t) => {
  const world = await openWebhookWorld(t)
  const hanging = await openReceiver(t)
  const good = await openReceiver(t)
  hanging.behave(() => {})
  await world.setWebhook(hanging.url)
  for (let i = 0; i < 60; i += 1) await world.happen(`apn_h${i}`)
  await hanging.has(10)
  const ofSecond = projectEnvironmentOfRow(world.w1, { project_id: world.p2, environment: 'production' })
  const set = await fetch(`${world.address}/v1/connect/${world.p2}/webhook`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${await world.bearer()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: good.url }),
  })
  assert.equal(set.status, 200)
  const started = performance.now()
  for (let i = 0; i < 40; i += 1) await world.happen(`apn_g${i}`, { env: ofSecond })
  await good.has(38)
  assert.ok(performance.now() - started < 5_000)
  assert.equal(hanging.requests.length, 10, 'no more than its share')
})

test('G11-226: of an answer without end 64 KB are read, and it counts', async (t) => {
  const world = await openWebhookWorld(t)
  const receiver = await openReceiver(t)
  await world.setWebhook(receiver.url)
  let sent = 0
  let closed = false
  receiver.behave((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.on('close', () => (closed = true))
    const chunk = Buffer.alloc(64 * 1024, 120)
    const pour = (): void => {
      if (closed || sent >= 1 << 30) return
      sent += chunk.length
      if (response.write(chunk)) setImmediate(pour)
      else response.once('drain', pour)
    }
    pour()
  })
  const before = process.memoryUsage().rss
  await world.happen()
  await within(5_000, async () => (await world.deliveries('&status=delivered')).length === 1)
  await within(5_000, async () => closed)
  assert.ok(sent < 16 << 20, `${sent} bytes were taken`)
  assert.ok(process.memoryUsage().rss - before < 64 << 20)
  assert.equal(receiver.requests.length, 1)
})

test('G11-224: a receiver that does not answer within ten seconds is tried again; one whose body drips has answered', async (t) => {
  const world = await openWebhookWorld(t)
  const [silent, dripping] = [await openReceiver(t), await openReceiver(t)]
  silent.behave(() => {})
  await world.setWebhook(silent.url)
  const started = performance.now()
  await world.happen('apn_silent')
  await within(15_000, async () => (await world.deliveries())[0]?.attempts === 1)
  assert.ok(performance.now() - started >= 9_900)
  const [row] = await world.deliveries()
  assert.equal(row?.status, 'pending')
  assert.match(row.last_error ?? '', /in time/)
  dripping.behave((_request, response) => void response.writeHead(200).write('.'))
  await world.setWebhook(dripping.url)
  await within(15_000, async () => (await world.deliveries('&status=delivered')).length === 1)
  assert.equal(dripping.requests.length, 1)
  assert.equal(silent.requests.length, 1)
})

test('a target that has become a private address is not called, and that is said', async (t) => {
  const world = await openWebhookWorld(t, { env: { HEADGATE_EGRESS_ALLOW: 'localhost' } })
  const receiver = await openReceiver(t)
  const put = await world.call('PUT', 'webhook', { body: { url: receiver.url } })
  assertStatus(put, 400)
  const port = new URL(receiver.url).port
  await world.setWebhook(`http://localhost:${port}/hook`)
  await world.app.db.write((tx) => tx.updateTable('webhooks').set({ url: receiver.url }).execute())
  await world.happen()
  await within(5_000, async () => (await world.deliveries())[0]?.attempts === 1)
  assert.equal(receiver.requests.length, 0)
  assert.match((await world.deliveries())[0]?.last_error ?? '', /does not connect there/)
})

test('G11-224: a 410 of the old address is not the word of the new one', async (t) => {
  const world = await openWebhookWorld(t)
  const [left, fresh] = [await openReceiver(t), await openReceiver(t)]
  let leave = () => {}
  left.behave((_request, response) => (leave = () => void response.writeHead(410).end()))
  await world.setWebhook(left.url)
  const id = await world.happen()
  await left.has(1)
  await world.setWebhook(fresh.url)
  leave()
  await fresh.has(1)
  assert.deepEqual(fresh.ids(), [id])
  const { data } = jsonOf<{ data: { disabled_at: number | null } }>(await world.call('GET', 'webhook'))
  assert.equal(data.disabled_at, null)
})

test('G11-228: what is written down for a webhook while that is changed, disabled or deleted goes where it points, or nowhere', async (t) => {
  const world = await openWebhookWorld(t, { database: 'postgres' })
  const [left, fresh] = [await openReceiver(t), await openReceiver(t)]
  await world.setWebhook(left.url)
  /** A transaction that has read the webhook, and commits after `change`. */
  const happenAround = async (change: () => Promise<unknown>) => {
    let commit = () => {}
    const held = new Promise<void>((resolve) => (commit = resolve))
    let recorded = ''
    const late = world.app.db.write(async (tx) => {
      const event = { type: 'account.dead', accountId: 'apn_late', data: {} } as const
      recorded = await recordEvent(tx, world.app, world.env, event)
      await held
    })
    await within(2_000, async () => recorded !== '')
    await change()
    commit()
    await late
    return recorded
  }
  const ended = async (status: string) =>
    (await world.deliveries(`&status=${status}`)).map((row) => row.event_id)

  const moved = await happenAround(() => world.setWebhook(fresh.url))
  await fresh.has(1)
  assert.deepEqual(fresh.ids(), [moved])
  const disabled = await happenAround(() =>
    world.app.db.write((tx) => tx.updateTable('webhooks').set({ disabled_at: 1 }).execute()),
  )
  await within(5_000, async () => (await ended('parked')).includes(disabled))
  await world.setWebhook(fresh.url)
  const orphan = await happenAround(() => world.call('DELETE', 'webhook'))
  await within(5_000, async () => (await ended('cancelled')).includes(orphan))
  assert.equal(left.requests.length, 0)
  assert.equal(fresh.requests.length, 1)
})

test('G11-229: a replay of what waits behind another sends that first, and both now', async (t) => {
  const world = await openWebhookWorld(t)
  const receiver = await openReceiver(t)
  receiver.answer(500)
  await world.setWebhook(receiver.url)
  const first = await world.happen('apn_1')
  await within(5_000, async () => (await world.deliveries())[0]?.attempts === 1)
  const second = await world.happen('apn_1')
  receiver.answer(200)
  const waiting = (await world.deliveries()).find((row) => row.event_id === second)!
  assertStatus(await world.call('POST', `webhook/deliveries/${waiting.id}/replay`), 200)
  await receiver.has(3)
  assert.deepEqual(receiver.ids(), [first, first, second])
})
