/** Streams of events: in order, each once, where they broke off, and no longer than their token. */
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import { readServerEvents, type ServerEvent } from '../cli/read-server-events.ts'
import { assertStatus } from '../../test/security/answers.ts'
import { within } from '../../test/security/harness.ts'
import { openWebhookWorld, type WebhookWorld } from '../../test/security/webhook-world.ts'
import { EventReader } from './event-reader.ts'
import { EventStreams, type Feed } from './event-streams.ts'

interface Opened {
  status: number
  headers: Headers
  raw: () => string
  events: ServerEvent[]
  ended: () => boolean
  close: () => void
}

async function openStream(
  t: TestContext,
  world: WebhookWorld,
  path = `/v1/connect/${world.p1}/events/stream`,
  headers: Record<string, string> = {},
  address = world.address,
): Promise<Opened> {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const answer = await fetch(address + path, {
    headers: { authorization: `Bearer ${await world.bearer()}`, ...headers },
    signal: stop.signal,
  })
  let raw = ''
  let ended = false
  const events: ServerEvent[] = []
  async function* pieces() {
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      raw += chunk
      yield chunk
    }
  }
  void (async () => {
    for await (const event of readServerEvents(pieces())) events.push(event)
  })()
    .catch(() => {}) // Cut off: that is what `ended` says.
    .finally(() => (ended = true))
  return {
    status: answer.status,
    headers: answer.headers,
    raw: () => raw,
    events,
    ended: () => ended,
    close: () => stop.abort(),
  }
}

const ids = (stream: Opened) => stream.events.map(({ id }) => id)
const hasIds = (stream: Opened, wanted: string[]) =>
  within(5_000, async () => wanted.every((id) => ids(stream).includes(id)))

const feedOf = (world: WebhookWorld, reader: EventReader): Feed => ({
  clientId: 'c',
  reader,
  topic: `events of ${world.w1}`,
  isAllowed: async () => true,
})

for (const database of ['sqlite', 'postgres'] as const) {
  test(`a project's stream has its own events, in order, and goes on where it broke off (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    await world.happen()
    const stream = await openStream(t, world)
    assert.equal(stream.status, 200)
    assert.match(stream.headers.get('content-type') ?? '', /^text\/event-stream/)
    await within(2_000, async () => /^:sse-handshake\n\nid: at_\d+\n\n$/.test(stream.raw()))
    const foreign = projectEnvironmentOfRow(world.w1, { project_id: world.p2, environment: 'production' })
    const development = projectEnvironmentOfRow(world.w1, {
      project_id: world.p1,
      environment: 'development',
    })
    await world.happen('apn_f', { env: foreign })
    await world.happen('apn_d', { env: development })
    const first = [await world.happen('apn_1'), await world.happen('apn_2'), await world.happen('apn_1')]
    await hasIds(stream, first)
    assert.deepEqual(ids(stream), first)
    assert.equal(stream.events[0]!.type, 'account.unhealthy')
    const listed = await world.call('GET', 'events?limit=100&account_id=apn_2')
    assertStatus(listed, 200)
    assert.deepEqual((JSON.parse(listed.text) as { data: unknown[] }).data, [
      JSON.parse(stream.events[1]!.data),
    ])
    const none = await world.call('GET', 'events?type=account.dead')
    assert.deepEqual((JSON.parse(none.text) as { data: unknown[] }).data, [])
    stream.close()

    const missed = [await world.happen('apn_3'), await world.happen('apn_4')]
    for (const wish of [{ 'last-event-id': first[2]! }, {}] as Record<string, string>[]) {
      const query = 'last-event-id' in wish ? '' : `?last_event_id=${first[2]}`
      const again = await openStream(t, world, `/v1/connect/${world.p1}/events/stream${query}`, wish)
      await hasIds(again, missed)
      // On PostgreSQL the last seconds come again, because something may have been committed late among them.
      const fresh = ids(again).filter((id) => missed.includes(id))
      assert.deepEqual(fresh, missed)
      if (database === 'sqlite') assert.deepEqual(ids(again), missed)
      assert.equal(new Set(ids(again)).size, ids(again).length)
      again.close()
    }
    const unknown = await openStream(t, world, undefined, { 'last-event-id': 'evt_0000000000000000' })
    assert.equal(unknown.status, 400)
  })

  test(`events of another process are in the stream within a second or so (${database})`, async (t) => {
    const world = await openWebhookWorld(t, { database })
    const second = await world.secondProcess()
    const stream = await openStream(t, world, undefined, {}, second.address)
    const made: string[] = []
    for (let i = 0; i < 20; i += 1) made.push(await world.happen(`apn_${i}`))
    await hasIds(stream, made)
    assert.deepEqual(ids(stream), made)
    await second.close()
    await within(3_000, async () => stream.ended())
  })
}

test('what is committed late, below what was seen already, is not lost', async (t) => {
  const world = await openWebhookWorld(t, { database: 'postgres' })
  const stream = await openStream(t, world)
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  let lateId = ''
  const { recordEvent } = await import('./record-event.ts')
  const late = world.app.db.write(async (tx) => {
    const event = { type: 'account.dead', accountId: 'apn_late', data: {} } as const
    lateId = await recordEvent(tx, world.app, world.env, event)
    await held
  })
  await within(2_000, async () => lateId !== '')
  const early = await world.happen('apn_early')
  await hasIds(stream, [early])
  assert.ok(!ids(stream).includes(lateId))
  release()
  await late
  await hasIds(stream, [lateId])
  assert.equal(new Set(ids(stream)).size, ids(stream).length)
})

test('a workspace stream has what its client may act in, and no more', async (t) => {
  const world = await openWebhookWorld(t)
  const all = await openStream(t, world, '/v1/connect/events/stream')
  const production = await openStream(t, world, '/v1/connect/events/stream', {
    'x-pd-environment': 'production',
  })
  const limited = await world.addClient(world.w1, { projectIds: [world.p2] })
  const narrow = await openStream(t, world, '/v1/connect/events/stream', {
    authorization: `Bearer ${await world.token({ client: limited })}`,
  })
  const at = (workspaceId: string, project_id: string, environment: 'production' | 'development') => ({
    env: projectEnvironmentOfRow(workspaceId, { project_id, environment }),
  })
  const foreign = await world.happen('apn_9', at(world.w2, world.p3, 'production'))
  const ofP1 = await world.happen('apn_1', at(world.w1, world.p1, 'development'))
  const ofP2 = await world.happen('apn_2', at(world.w1, world.p2, 'production'))
  await hasIds(all, [ofP1, ofP2])
  await hasIds(narrow, [ofP2])
  await hasIds(production, [ofP2])
  assert.deepEqual(ids(all), [ofP1, ofP2])
  assert.deepEqual(ids(narrow), [ofP2])
  assert.deepEqual(ids(production), [ofP2])
  assert.ok(!all.raw().includes(foreign))
  const odd = await openStream(t, world, '/v1/connect/events/stream', { 'x-pd-environment': 'staging' })
  assert.equal(odd.status, 400)
})

test('a stream ends with its token: expired, revoked, or its client disabled', async (t) => {
  const world = await openWebhookWorld(t)
  const own = async () => {
    const client = await world.addClient(world.w1)
    const token = await world.token({ client })
    const stream = await openStream(t, world, undefined, { authorization: `Bearer ${token}` })
    await within(2_000, async () => stream.raw() !== '')
    return { client, token, stream }
  }
  const revoked = await own()
  const kept = await own()
  const { address } = world
  const answer = await fetch(`${address}/v1/oauth/revoke`, {
    method: 'POST',
    body: new URLSearchParams({
      token: revoked.token,
      client_id: revoked.client.id,
      client_secret: revoked.client.secret,
    }),
  })
  assert.equal(answer.status, 200)
  await within(2_500, async () => revoked.stream.ended())
  assert.equal(kept.stream.ended(), false)
  await world.app.db.write((tx) =>
    tx.updateTable('api_clients').set({ disabled_at: 1 }).where('id', '=', kept.client.id).execute(),
  )
  await within(2_500, async () => kept.stream.ended())
  const expiring = await own()
  world.clock.advance(3_700_000)
  await within(2_500, async () => expiring.stream.ended())
})

test('an event wakes the streams of its project and its workspace, and no other', async (t) => {
  const world = await openWebhookWorld(t)
  const heard: string[] = []
  for (const id of [world.p1, world.p2, world.w1, world.w2])
    world.app.db.listen(`events of ${id}`, () => heard.push(id))
  await world.happen()
  assert.deepEqual(heard, [world.p1, world.w1])
})

test('an API client has twenty streams at most, and a Connect token none', async (t) => {
  const world = await openWebhookWorld(t)
  const open = []
  for (let i = 0; i < 20; i += 1) open.push(await openStream(t, world))
  assert.ok(open.every(({ status }) => status === 200))
  const one = await openStream(t, world)
  assert.equal(one.status, 429)
  assert.ok(Number(one.headers.get('retry-after')) > 0)
  open[0]!.close()
  await within(3_000, async () => {
    const next = await openStream(t, world)
    return next.status === 200
  })
  const token = await world.connectToken()
  for (const path of [undefined, '/v1/connect/events/stream'])
    assert.equal((await openStream(t, world, path, { authorization: `Bearer ${token}` })).status, 403)
})

test('many streams asked for at once do not slip past the limit together', async (t) => {
  const world = await openWebhookWorld(t, { database: 'postgres' })
  const asked = await Promise.all(Array.from({ length: 40 }, () => openStream(t, world)))
  assert.equal(asked.filter(({ status }) => status === 200).length, 20)
  assert.equal(asked.filter(({ status }) => status === 429).length, 20)
})

test('a stop ends the streams, and takes no longer for it', async (t) => {
  const world = await openWebhookWorld(t)
  const stream = await openStream(t, world)
  await within(2_000, async () => stream.raw() !== '')
  const started = performance.now()
  await world.server.close()
  assert.ok(performance.now() - started < 5_000)
  await within(1_000, async () => stream.ended())
})

test('a reader that takes nothing is dropped, and nothing piles up for it', async (t) => {
  const world = await openWebhookWorld(t)
  const streams = new EventStreams(world.app, { handshakeEveryMs: 20, patienceMs: 300 })
  const scope = { workspaceId: world.w1, projectIds: null, environments: null }
  let taken: ServerResponse | undefined
  const server = createServer((_request, response) => {
    taken = response
    void EventReader.open(world.app, scope, undefined).then((reader) =>
      streams.start(response, {}, feedOf(world, reader)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  const data = { filler: 'x'.repeat(200_000) }
  for (let i = 0; i < 100; i += 1) await world.happen('apn_1', { data })
  await within(5_000, async () => taken!.destroyed)
  assert.ok(taken!.writableLength < 100 * 200_000 + 100_000)
  await streams.endAll()
})

test('the handshake comes again while nothing happens', async (t) => {
  const world = await openWebhookWorld(t)
  const streams = new EventStreams(world.app, { handshakeEveryMs: 400, patienceMs: 300 })
  const scope = { workspaceId: world.w1, projectIds: null, environments: null }
  const server = createServer((_request, response) => {
    void EventReader.open(world.app, scope, undefined).then((reader) =>
      streams.start(response, {}, feedOf(world, reader)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stream = await openStream(t, world, '/', {}, address)
  await within(5_000, async () => stream.raw() === ':sse-handshake\n\n'.repeat(3))
  assert.deepEqual(stream.events, [])
  await streams.endAll()
  await within(1_000, async () => stream.ended())
})
