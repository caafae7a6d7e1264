/** Which warnings of an end outlast a refresh. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf, typesOf } from '../../test/events-of.ts'
import { HOUR, openRefreshWorld } from '../../test/security/refresh-world.ts'
import { checkDueAccounts } from './check-accounts.ts'

const DAY = 24 * HOUR

test('a refresh token that ends is warned of once per life', async (t) => {
  const lifecycle = { refresh_total_ttl_s: (90 * DAY) / 1000 }
  const world = await openRefreshWorld(t, { database: 'memory', lifecycle })
  const { app, clock } = world
  const id = await world.connect()
  for (let day = 0; day < 85; day += 1) {
    clock.advance(DAY)
    await world.read(id)
    await checkDueAccounts(app, 50)
    const told = (await typesOf(world, id)).length
    assert.equal(told, day + 1 >= 83 ? 2 : 1, `day ${day + 1}`)
  }
  const [, warning] = await eventsOf(world, id)
  assert.equal(warning!.type, 'account.expiring')
  await world.connect({ accountId: id })
  clock.advance(85 * DAY)
  await checkDueAccounts(app, 50)
  const types = await typesOf(world, id)
  assert.deepEqual(types, [
    'account.connected',
    'account.expiring',
    'account.reconnected',
    'account.expiring',
  ])
})

test('a warning of failures that are over does not stand for that of the end', async (t) => {
  const lifecycle = { refresh_total_ttl_s: (90 * DAY) / 1000 }
  const world = await openRefreshWorld(t, { database: 'memory', lifecycle })
  const { app, clock, provider } = world
  const id = await world.connect()
  const plain = provider.answer
  provider.answer = (_request, response) => provider.json(response, 401, { error: 'invalid_client' })
  for (let hour = 0; hour < 50; hour += 10) {
    clock.advance(10 * HOUR)
    await world.read(id)
    await checkDueAccounts(app, 50)
  }
  provider.answer = plain
  clock.advance(2 * DAY)
  await world.read(id)
  clock.advance(82 * DAY)
  await checkDueAccounts(app, 50)
  const told = await eventsOf(world, id)
  assert.deepEqual(
    told.map(({ type }) => type.replace('account.', '')),
    ['connected', 'unhealthy', 'expiring', 'recovered', 'expiring'],
  )
  assert.match(told[4]!.reason ?? '', /^The refresh token ends on/)
})

test('an end that each answer says anew, a second sooner or later, is warned of once', async (t) => {
  const lifecycle = { refresh_expires_field: 'refresh_expires_in' }
  const world = await openRefreshWorld(t, { database: 'memory', lifecycle })
  const { app, clock, provider } = world
  const end = clock.now() + 30 * DAY
  provider.answer = (request, response) => {
    const jitter = provider.requests.length % 2
    const refresh_expires_in = Math.round((end - clock.now()) / 1000) + jitter
    provider.json(response, 200, { ...provider.rotate(request), refresh_expires_in })
  }
  const id = await world.connect()
  for (let day = 0; day < 28; day += 1) {
    clock.advance(DAY)
    await world.read(id)
    await checkDueAccounts(app, 50)
  }
  assert.deepEqual(await typesOf(world, id), ['account.connected', 'account.expiring'])
})
