/** Events are forgotten when their days are over, with what became of their deliveries, and not before. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openReceiver, openWebhookWorld } from '../../test/security/webhook-world.ts'
import { loadConfig } from '../config.ts'
import { sweepEvents } from './sweep-events.ts'

const DAY = 86_400_000

for (const database of ['sqlite', 'postgres'] as const) {
  test(`events and their deliveries go after their days, a few at a time; what is owed stays (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database, env: { HEADGATE_EVENT_DAYS: '2' } })
    const receiver = await openReceiver(t)
    const write = (work: Parameters<typeof world.app.db.write>[0]) => world.app.db.write(work)
    while ((await sweepEvents(world.app, 100)) > 0);
    await world.setWebhook(receiver.url)
    const delivered = await world.happen('apn_1')
    await receiver.has(1)
    await world.quiet()
    receiver.answer(500)
    const [owed, parked] = [await world.happen('apn_2'), await world.happen('apn_3')]
    await receiver.has(3)
    await world.quiet()
    await write((tx) =>
      tx
        .updateTable('deliveries')
        .set({ status: 'parked', next_attempt_at: null, finished_at: world.clock.now() + DAY })
        .where('event_id', '=', parked)
        .execute(),
    )
    await write((tx) =>
      tx
        .updateTable('deliveries')
        .set({ lease_until: world.clock.now() + 9 * DAY })
        .execute(),
    )
    const kept = async () => {
      const rows = await world.app.db.read.selectFrom('events').select('id').execute()
      return [delivered, owed, parked].filter((id) => rows.some((row) => row.id === id))
    }
    world.clock.advance(DAY + 60_000)
    assert.equal(await sweepEvents(world.app, 100), 0)
    assert.deepEqual(await kept(), [delivered, owed, parked], 'what was parked after a day can still be seen')
    world.clock.advance(DAY)
    assert.equal(await sweepEvents(world.app, 1), 1)
    while ((await sweepEvents(world.app, 1)) > 0);
    assert.deepEqual(await kept(), [owed])
    const left = await world.app.db.read.selectFrom('deliveries').select('event_id').execute()
    assert.deepEqual(left, [{ event_id: owed }])
  })
}

test('a delivery that is parked after a day is never swept the same moment', () => {
  assert.throws(() => loadConfig({ HEADGATE_EVENT_DAYS: '1' }), /HEADGATE_EVENT_DAYS/)
})
