/** G11: what leaves, how it is signed, what counts as delivered, and whom a bad receiver holds up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { sweepSigningKeys } from '../../src/webhooks/sweep-signing-keys.ts'
import { assertStatus, jsonOf } from './answers.ts'
import { within } from './harness.ts'
import { openReceiver, openWebhookWorld, signaturesOf } from './webhook-world.ts'

const HOUR = 3_600_000
const databases = ['sqlite', 'postgres'] as const

for (const database of databases) {
  test(`G11-220: both signatures hold, and no byte of body, time or id can be changed (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    const receiver = await openReceiver(t)
    const key = await world.setWebhook(receiver.url)
    assert.match(key, /^whsec_[A-Za-z0-9+/]{43}=$/)
    const id = await world.happen(world.accounts.a1, {
      data: { account: { id: 'apn_x', external_id: 'ü 1' } },
    })
    await receiver.has(1)
    const [seen] = receiver.requests
    assert.ok(seen)
    assert.deepEqual(signaturesOf(seen, key), { vendor: true, standard: true })
    const now = world.clock.now()
    assert.equal(seen.headers['webhook-id'], id)
    assert.ok(Math.abs(Number(seen.headers['webhook-timestamp']) * 1000 - now) <= 5_000)
    assert.equal(seen.headers['x-pd-timestamp'], new Date(now).toISOString())
    assert.equal(seen.headers['x-pd-project-id'], world.p1)
    assert.equal(seen.headers['x-pd-environment'], 'production')
    assert.equal(seen.headers['x-pd-external-user-id'], encodeURIComponent('ü 1'))
    assert.equal(seen.headers['content-type'], 'application/json')
    assert.deepEqual(JSON.parse(seen.body), {
      id,
      type: 'account.unhealthy',
      created_at: new Date(now).toISOString(),
      project_id: world.p1,
      environment: 'production',
      data: { account: { id: 'apn_x', external_id: 'ü 1' } },
    })
    assert.ok(!JSON.stringify([seen.headers, seen.body]).includes(key))

    const none = { vendor: false, standard: false }
    assert.deepEqual(signaturesOf({ ...seen, body: seen.body.replace('unhealthy', 'recovered') }, key), none)
    const later = String(Number(seen.headers['webhook-timestamp']) + 1)
    const signature = String(seen.headers['x-pd-signature'])
    const moved = {
      ...seen.headers,
      'webhook-timestamp': later,
      'x-pd-signature': signature.replace(/^t=\d+/, `t=${later}`),
    }
    assert.deepEqual(signaturesOf({ ...seen, headers: moved }, key), none)
    const renamed = { ...seen.headers, 'webhook-id': 'evt_0000000000000000' }
    assert.equal(signaturesOf({ ...seen, headers: renamed }, key).standard, false)
    assert.deepEqual(signaturesOf(seen, key.replace(/.{3}=$/, 'AAA=')), none)
  })

  test(`G11-221: while a key is being replaced both sign, then the new one alone, and each is shown once (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    const receiver = await openReceiver(t)
    const old = await world.setWebhook(receiver.url)
    const answer = await world.call('POST', 'webhook/regenerate_signing_key')
    assertStatus(answer, 200)
    const fresh = jsonOf<{ data: { signing_key: string } }>(answer).data.signing_key
    assert.notEqual(fresh, old)
    const holds = async () => {
      const before = receiver.requests.length
      await world.happen()
      await receiver.has(before + 1)
      const seen = receiver.requests.at(-1)!
      return [signaturesOf(seen, old), signaturesOf(seen, fresh)]
    }
    const [yes, no] = [
      { vendor: true, standard: true },
      { vendor: false, standard: false },
    ]
    assert.deepEqual(await holds(), [yes, yes])
    world.clock.advance(24 * HOUR - 1)
    assert.equal(await sweepSigningKeys(world.app), 0)
    assert.deepEqual(await holds(), [yes, yes])
    world.clock.advance(1)
    assert.deepEqual(await holds(), [no, yes])
    assert.equal(await sweepSigningKeys(world.app), 1)
    assert.deepEqual(await holds(), [no, yes])
    const rows = await world.app.db.read.selectFrom('webhooks').selectAll().execute()
    assert.ok(rows.every((row) => row.previous_signing_key === null && row.signing_key !== null))
    for (const [method, path] of [
      ['GET', 'webhook'],
      ['GET', 'webhook/deliveries'],
    ] as const) {
      const shown = await world.call(method, path)
      assertStatus(shown, 200)
      assert.doesNotMatch(shown.text, /whsec_|"signing_key":/)
    }
    assert.equal(await world.setWebhook(receiver.url), '', 'a change of address shows no key')
    assert.ok(!JSON.stringify(await world.state()).includes(fresh.slice(6)), 'sealed at rest')
  })

  test(`G11-222, G11-224: only 2xx is delivered, 410 ends it, Retry-After is kept, the rest is tried for a day and parked (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    const receiver = await openReceiver(t)
    await world.setWebhook(receiver.url)
    // One account each, so that none waits for another.
    const send = async (status: number, headers: Record<string, string> = {}) => {
      receiver.answer(status, headers)
      const before = receiver.requests.length
      const id = await world.happen(`apn_${status}${Object.keys(headers).length}`)
      await receiver.has(before + 1)
      await world.quiet()
      assert.equal(receiver.requests.length, before + 1, `${status}: once`)
      const row = (await world.deliveries()).find((delivery) => delivery.event_id === id)
      assert.ok(row)
      assert.equal(row.last_status, status)
      assert.equal(row.attempts, 1)
      const wait = row.next_attempt_at === null ? null : Date.parse(row.next_attempt_at) - world.clock.now()
      return { status: row.status, wait }
    }
    for (const status of [200, 204]) assert.deepEqual(await send(status), { status: 'delivered', wait: null })
    for (const status of [400, 404, 500]) {
      const { status: kept, wait } = await send(status)
      assert.equal(kept, 'pending', String(status))
      assert.ok(wait !== null && wait >= 5_000 && wait <= 5_500, `${status}: ${wait}`)
    }
    const elsewhere = await openReceiver(t)
    assert.equal((await send(301, { location: elsewhere.url })).status, 'pending')
    assert.equal(elsewhere.requests.length, 0, 'redirects are not followed')
    for (const status of [429, 503])
      assert.deepEqual(await send(status, { 'retry-after': '77' }), { status: 'pending', wait: 77_000 })

    // A day of failures, step by step.
    receiver.answer(500)
    const started = world.clock.now()
    const failing = await world.happen('apn_day')
    const day = async () => (await world.deliveries()).find((delivery) => delivery.event_id === failing)!
    await world.quiet()
    const waits: number[] = []
    for (let row = await day(); row.status === 'pending'; row = await day()) {
      const wait = Date.parse(row.next_attempt_at!) - world.clock.now()
      waits.push(wait)
      world.clock.advance(wait)
      // The loop comes round by itself; a test need not wait for that.
      await world.happen('apn_other')
      await world.quiet()
      assert.equal((await day()).attempts, waits.length + 1)
    }
    const took = world.clock.now() - started
    assert.ok(took > 21 * HOUR && took <= 24 * HOUR, `parked after ${took / HOUR} h`)
    assert.ok(waits.length > 20)
    const firstHour = waits.filter((_, i) => waits.slice(0, i).reduce((a, b) => a + b, 0) < HOUR)
    assert.ok(Math.max(...firstHour) < 10 * 60_000)
    const parked = await world.deliveries('&status=parked')
    assert.ok(parked.some((row) => row.event_id === failing && row.last_error?.includes('500')))
    const webhook = jsonOf<{ data: { failing_since: number; disabled_at: null } }>(
      await world.call('GET', 'webhook'),
    )
    assert.ok(webhook.data.failing_since > 0)
    assert.equal(webhook.data.disabled_at, null, 'never disabled for failing')

    receiver.answer(410)
    const last = await world.happen('apn_410')
    await within(5_000, async () =>
      (await world.deliveries('&status=parked')).some((row) => row.event_id === last),
    )
    const count = receiver.requests.length
    const gone = jsonOf<{ data: { disabled_at: number | null } }>(await world.call('GET', 'webhook'))
    assert.notEqual(gone.data.disabled_at, null)
    assert.deepEqual(await world.deliveries('&status=pending'), [])
    await world.happen('apn_after')
    await world.quiet()
    assert.equal(receiver.requests.length, count)
    assertStatus(await world.call('POST', 'webhook/test'), 400)
    receiver.answer(200)
    await world.setWebhook(receiver.url)
    await world.happen('apn_back')
    await receiver.has(count + 1)
  })

  test(`G11-222: a later event of an account waits for an earlier one, and other accounts for neither (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    const receiver = await openReceiver(t)
    await world.setWebhook(receiver.url)
    let refuse = () => {}
    receiver.behave((_request, response) => {
      if (receiver.requests.length > 1) response.writeHead(200).end()
      else refuse = () => void response.writeHead(500).end()
    })
    const first = await world.happen('apn_1')
    await receiver.has(1)
    const second = await world.happen('apn_1')
    const other = await world.happen('apn_2')
    await receiver.has(2)
    await within(5_000, async () => (await world.deliveries('&status=delivered')).length === 1)
    assert.deepEqual(receiver.ids(), [first, other])
    refuse()
    await world.quiet()
    const third = await world.happen('apn_1')
    await world.quiet()
    assert.deepEqual(receiver.ids(), [first, other])
    world.clock.advance(6_000)
    await receiver.has(5)
    assert.deepEqual(receiver.ids(), [first, other, first, second, third])
  })

  test(`G11-228: a deleted webhook or project is owed nothing more (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    const receiver = await openReceiver(t)
    await world.setWebhook(receiver.url)
    receiver.answer(500)
    await world.happen('apn_1')
    await world.happen('apn_1')
    await receiver.has(1)
    await world.quiet()
    assertStatus(await world.call('DELETE', 'webhook'), 204)
    assert.deepEqual(
      (await world.deliveries()).map((row) => row.status),
      ['cancelled', 'cancelled'],
    )
    const count = receiver.requests.length
    world.clock.advance(HOUR)
    await world.happen('apn_1')
    await world.quiet()
    assert.equal(receiver.requests.length, count)
    const replayed = await world.call(
      'POST',
      `webhook/deliveries/${(await world.deliveries())[0]!.id}/replay`,
    )
    assertStatus(replayed, 400)

    await world.setWebhook(receiver.url)
    const ofSecond = projectEnvironmentOfRow(world.w1, { project_id: world.p2, environment: 'production' })
    const token = await world.bearer()
    const put = {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    }
    const set = await fetch(`${world.address}/v1/connect/${world.p2}/webhook`, {
      ...put,
      body: JSON.stringify({ url: receiver.url }),
    })
    assert.equal(set.status, 200)
    await world.happen('apn_2', { env: ofSecond })
    await receiver.has(count + 1)
    await world.quiet()
    await world.app.db.write(async (tx) => {
      for (const table of ['default_oauth_apps', 'oauth_apps'] as const)
        await tx.deleteFrom(table).where('project_id', '=', world.p2).execute()
      await tx.deleteFrom('projects').where('id', '=', world.p2).execute()
    })
    world.clock.advance(HOUR)
    await world.happen('apn_3')
    await receiver.has(count + 2)
    await world.quiet()
    assert.equal(receiver.events().filter((event) => event.project_id === world.p2).length, 1)
    const left = await world.app.db.read.selectFrom('deliveries').select('project_id').execute()
    assert.ok(left.every((row) => row.project_id === world.p1))
  })

  test(`G11-229: a replay has the same id and body, a new time and signature (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    const receiver = await openReceiver(t)
    const key = await world.setWebhook(receiver.url)
    receiver.answer(404)
    const id = await world.happen()
    await receiver.has(1)
    await world.quiet()
    // Only now, between two attempts: an attempt under way writes its own count.
    await world.app.db.write((tx) =>
      tx.updateTable('deliveries').set({ retry_until: 0, attempts: 5 }).execute(),
    )
    world.clock.advance(10_000)
    await world.happen('apn_other')
    await within(5_000, async () => (await world.deliveries('&status=parked')).length === 1)
    receiver.answer(200)
    world.clock.advance(3 * HOUR)
    const before = receiver.requests.length
    const [parked] = await world.deliveries('&status=parked')
    const answer = await world.call('POST', `webhook/deliveries/${parked!.id}/replay`)
    assertStatus(answer, 200)
    await within(5_000, async () =>
      (await world.deliveries('&status=delivered')).some((row) => row.event_id === id),
    )
    assert.ok(receiver.requests.length > before)
    const same = receiver.requests.filter(({ headers }) => headers['webhook-id'] === id)
    const [first, again] = [same[0]!, same.at(-1)!]
    assert.equal(again.body, first.body)
    assert.notEqual(again.headers['webhook-timestamp'], first.headers['webhook-timestamp'])
    assert.notEqual(again.headers['webhook-signature'], first.headers['webhook-signature'])
    assert.deepEqual(signaturesOf(again, key), { vendor: true, standard: true })
    assertStatus(await world.call('POST', 'webhook/deliveries/dlv_unknown/replay'), 404)
  })
}
