/** G11: what a webhook's owner and the others notice of a great many deliveries that are owed: nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerResponse } from 'node:http'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import type { Tx } from '../../src/db/open.ts'
import { createProject } from '../../src/projects/create-project.ts'
import { setWebhook } from '../../src/webhooks/set-webhook.ts'
import { assertStatus } from './answers.ts'
import { operator, within } from './harness.ts'
import { openReceiver, openWebhookWorld, owe } from './webhook-world.ts'

const MANY = 1_200

test('G11-228: a move, a 410 and a deletion change all that is owed, a few rows at a time', async (t) => {
  const world = await openWebhookWorld(t)
  const [left, fresh] = [await openReceiver(t), await openReceiver(t)]
  await world.setWebhook(left.url)
  const later = world.clock.now() + 3_600_000
  // Another process has them on their way, so that none is sent.
  const theirs = { next_attempt_at: later, lease_until: later }
  await owe(world, MANY, theirs)
  const count = async (tx: Tx, state: { url?: string; status?: 'parked' | 'cancelled' }) => {
    let rows = tx.selectFrom('deliveries').select((eb) => eb.fn.countAll<number | string>().as('count'))
    if (state.url !== undefined) rows = rows.where('url', '=', state.url)
    if (state.status !== undefined) rows = rows.where('status', '=', state.status)
    return Number((await rows.executeTakeFirstOrThrow()).count)
  }
  const { write } = world.app.db
  /** How many one transaction brought there at most. */
  const most = async (state: Parameters<typeof count>[1], act: () => Promise<unknown>) => {
    let most = 0
    world.app.db.write = (work) =>
      write(async (tx) => {
        const before = await count(tx, state)
        const result = await work(tx)
        most = Math.max(most, (await count(tx, state)) - before)
        return result
      })
    await act()
    await within(5_000, () => write(async (tx) => (await count(tx, state)) >= MANY))
    world.app.db.write = write
    return most
  }
  const pending = async () => (await world.deliveries('&status=pending')).length

  assert.ok((await most({ url: fresh.url }, () => world.setWebhook(fresh.url))) <= 500)
  const due = await world.app.db.read.selectFrom('deliveries').select('next_attempt_at').execute()
  assert.ok(due.filter((row) => row.next_attempt_at === world.clock.now()).length >= MANY, 'at once')
  fresh.answer(410)
  assert.ok((await most({ status: 'parked' }, () => world.happen('apn_410'))) <= 500)
  assert.equal(await pending(), 0)

  await world.setWebhook(fresh.url)
  await world.app.db.write((tx) =>
    tx
      .updateTable('deliveries')
      .set({ status: 'pending', ...theirs })
      .execute(),
  )
  const remove = async () => assertStatus(await world.call('DELETE', 'webhook'), 204)
  assert.ok((await most({ status: 'cancelled' }, remove)) <= 500)
  assert.equal(await pending(), 0)
})

test('G11-225: receivers of two dozen projects hang, and another project does not notice', async (t) => {
  const world = await openWebhookWorld(t)
  const good = await openReceiver(t)
  await world.setWebhook(good.url)
  const held: ServerResponse[] = []
  let hang = true
  for (let i = 0; i < 24; i += 1) {
    const hanging = await openReceiver(t)
    hanging.behave((_request, response) => void (hang ? held.push(response) : response.end()))
    const project_id = await createProject(world.app, world.w1, { name: `Hanging ${i}` }, operator)
    const env = projectEnvironmentOfRow(world.w1, { project_id, environment: 'production' })
    await setWebhook(world.app, env, hanging.url, operator)
    await Promise.all(Array.from({ length: 11 }, (_, n) => world.happen(`apn_${n}`, { env })))
  }
  await within(10_000, async () => held.length >= 110)
  const started = performance.now()
  await world.happen()
  await good.has(1)
  assert.ok(performance.now() - started < 5_000)
  assert.ok(held.length < 200, `${held.length} at one time`)
  hang = false
  for (const response of held) response.end()
})

test('G11-222: what waits in a lane is written anew when it begins to wait or to be due, not at each that leaves it', async (t) => {
  const world = await openWebhookWorld(t)
  const receiver = await openReceiver(t)
  const held: ServerResponse[] = []
  receiver.behave((_request, response) => void held.push(response))
  await world.setWebhook(receiver.url)
  const ids = [await world.happen('apn_1'), await world.happen('apn_1'), await world.happen('apn_1')]
  const due = world.clock.now()
  const last = async () => (await world.deliveries()).find((row) => row.event_id === ids[2])!
  await receiver.has(1)
  world.clock.advance(1_000)
  held.pop()!.end()
  await receiver.has(2)
  assert.equal(Date.parse((await last()).next_attempt_at!), due)
  held.pop()!.writeHead(500).end()
  await within(5_000, async () => Date.parse((await last()).next_attempt_at!) > world.clock.now())
  world.clock.advance(6_000)
  await receiver.has(3)
  held.pop()!.end()
  await receiver.has(4)
  held.pop()!.end()
  assert.deepEqual(receiver.ids(), [ids[0], ids[1], ids[1], ids[2]])
})
