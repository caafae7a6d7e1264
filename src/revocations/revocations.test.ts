/** Deleting revokes at the provider: real loopback providers, both databases. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { reply } from '../upstream/local-server.ts'
import { testDatabases } from '../../test/databases.ts'
import { assert404Same, assertStatus, jsonOf, send } from '../../test/security/answers.ts'
import { openWorld, within } from '../../test/security/harness.ts'
import { comeBack, consent, depart } from '../../test/security/sandbox-flow.ts'
import { claimDueRevocations } from './store.ts'
import { sweepReceipts } from './sweep-receipts.ts'
import { assertWiped, revokingWorld, rfc7009 } from '../../test/revoking-world.ts'

const DAY = 86_400_000

for (const { name: database, open } of testDatabases) {
  const opened = async (t: TestContext) => {
    const { url, close } = await open()
    t.after(close)
    return { databaseUrl: url }
  }

  test(`G8-163: a deleted account's grant is ended at the provider, once, and the secret wiped (${database})`, async (t) => {
    const world = await revokingWorld(t, rfc7009, await opened(t))
    world.answers['/revoke'] = (_request, response) => response.end()
    const id = await world.connect()
    const stays = await world.connect({ user: 'u2' })
    await world.delete(id)
    const scheduled = await world.revocation(id)
    assert.equal(scheduled.status, 'pending')
    assert.ok(scheduled.sealed && !scheduled.sealed.includes('canary'))
    assert.equal(world.provided('/revoke').length, 0, 'not within the request')
    await Promise.all([world.run(), world.run()])
    await world.run()
    const sent = world.provided('/revoke')
    assert.deepEqual(
      sent.map(({ form }) => form.get('token')),
      ['canary-rt-1'],
    )
    const done = await world.revocation(id)
    assert.deepEqual([done.status, done.reason, done.attempts], ['revoked', null, 1])
    assertWiped(done)
    const audit = (await world.rows('audit_entries')).filter(({ action }) => action === 'revocation.finish')
    assert.deepEqual(
      audit.map(({ target, result, details }) => [target, result, JSON.parse(details)]),
      [[done.id, 'done', { account: id, app: 'double', status: 'revoked' }]],
    )
    assert.deepEqual(
      (await world.rows('accounts')).map((row) => row.id),
      [stays],
    )
  })

  test(`a provider that is down is asked again, with what it says about when, until it answers (${database})`, async (t) => {
    const world = await revokingWorld(t, rfc7009, await opened(t))
    let up = false
    world.answers['/revoke'] = (_request, response) =>
      up ? response.end() : reply(response, 503, '', { 'retry-after': '600' })
    const id = await world.connect()
    await world.delete(id)
    await world.run()
    const waiting = await world.revocation(id)
    assert.deepEqual([waiting.status, waiting.attempts, waiting.lease_until], ['pending', 1, null])
    assert.match(waiting.reason ?? '', /^upstream_/)
    assert.equal(waiting.next_attempt_at, world.clock.now() + 600_000)
    await world.run()
    assert.equal(world.provided('/revoke').length, 1, 'not before it is due')
    world.clock.advance(600_000)
    up = true
    await world.run()
    const done = await world.revocation(id)
    assert.deepEqual([done.status, done.attempts, done.reason], ['revoked', 2, null])
    assertWiped(done)
  })

  test(`a process that is killed after the deletion, or in the call, leaves it to another (${database})`, async (t) => {
    const world = await revokingWorld(t, rfc7009, await opened(t))
    world.answers['/revoke'] = (_request, response) => response.end()
    const id = await world.connect()
    await world.delete(id)
    // Claimed, and then nothing more was heard of it.
    const now = world.clock.now()
    const claim = () => world.app.db.write((tx) => claimDueRevocations(tx, now, now + 120_000, 10))
    const claims = await Promise.all([claim(), claim(), claim()])
    assert.equal(claims.flat().length, 1, 'claimed once')
    await world.run()
    assert.equal(world.provided('/revoke').length, 0, 'its lease still runs')
    world.clock.advance(120_000)
    await world.run()
    const done = await world.revocation(id)
    assert.deepEqual([done.status, done.attempts], ['revoked', 2])
  })

  test(`the last account of a shared grant ends it, the others do not (${database})`, async (t) => {
    const world = await revokingWorld(t, rfc7009, await opened(t))
    world.answers['/revoke'] = (_request, response) => response.end()
    const first = await world.connect()
    const second = await world.connect({ user: 'u2' })
    const other = await world.connect({ user: 'u3' })
    const { db } = world.app
    const mark = (ids: string[], digest: string) =>
      db.write((tx) =>
        tx
          .updateTable('accounts')
          .set({ identity_digest: digest as never })
          .where('id', 'in', ids)
          .execute(),
      )
    await mark([first, second], 'one-person')
    await mark([other], 'another-person')
    await world.delete(first)
    const shared = await world.revocation(first)
    assert.equal(shared.status, 'shared')
    assertWiped(shared)
    await world.delete(second)
    await world.delete(other)
    await world.run()
    assert.equal((await world.revocation(second)).status, 'revoked')
    assert.deepEqual(
      new Set(world.provided('/revoke').map(({ form }) => form.get('token'))),
      new Set(['canary-rt-2', 'canary-rt-3']),
    )
  })

  test(`of two accounts of one grant that are deleted at once, one ends it (${database})`, async (t) => {
    const world = await revokingWorld(t, rfc7009, await opened(t))
    const ids = [
      await world.connect({ uid: 'one-person' }),
      await world.connect({ uid: 'one-person', user: 'u2' }),
    ]
    await Promise.all(ids.map((id) => world.delete(id)))
    const receipts = await Promise.all(ids.map((id) => world.revocation(id)))
    assert.deepEqual(receipts.map(({ status }) => status).toSorted(), ['pending', 'shared'])
  })

  test(`receipts are forgotten after a year, unless they are pending (${database})`, async (t) => {
    const world = await revokingWorld(t, rfc7009, await opened(t))
    const { app, clock } = world
    world.answers['/revoke'] = (_request, response) => response.end()
    for (let i = 0; i < 3; i += 1) await world.delete(await world.connect())
    await world.run()
    clock.advance(364 * DAY)
    await world.delete(await world.connect())
    assert.equal(await sweepReceipts(app, 2), 0)
    clock.advance(2 * DAY)
    assert.deepEqual([await sweepReceipts(app, 2), await sweepReceipts(app, 2)], [2, 1])
    assert.deepEqual(
      (await world.rows('revocations')).map(({ status }) => status),
      ['pending'],
    )
  })

  test(`what the same client was given for another app is the same grant (${database})`, async (t) => {
    const world = await revokingWorld(t, rfc7009, await opened(t))
    const { db } = world.app
    const own = await db.read
      .selectFrom('oauth_apps')
      .selectAll()
      .where('id', '=', world.oauthAppId)
      .executeTakeFirstOrThrow()
    await db.write(async (tx) => {
      await tx
        .insertInto('oauth_apps')
        .values({ ...own, id: 'oa_twin', app_slug: 'double_twin' })
        .execute()
      await tx
        .insertInto('oauth_apps')
        .values({ ...own, id: 'oa_other', client_id: 'another' })
        .execute()
    })
    const connect = (oauthAppId: string, appSlug: string, uid: string) => {
      const values = { oauth_access_token: 'at', oauth_refresh_token: 'rt', oauth_uid: uid }
      const credentials = { kind: 'refreshable' as const, values, expiresAt: null, authorizedScopes: null }
      return world.connect({ oauthAppId, appSlug, credentials })
    }
    const ada = await connect(own.id, 'double', 'ada')
    const bob = await connect(own.id, 'double', 'bob')
    await connect('oa_twin', 'double_twin', 'ada')
    await connect('oa_other', 'double', 'bob')
    await world.delete(ada)
    await world.delete(bob)
    assert.equal((await world.revocation(ada)).status, 'shared')
    assert.equal((await world.revocation(bob)).status, 'pending')
  })
}

test('a provider that hangs does not hold up the revocations at the others', async (t) => {
  const world = await revokingWorld(t, rfc7009)
  const { current } = world.app.catalog
  const double = current.find('double')!
  const url = `${world.provider.origin}/other`
  const other = { ...double, oauth: { ...double.oauth!, revocation: { ...double.oauth!.revocation!, url } } }
  const find = current.find.bind(current)
  current.find = (name) => (name === 'other' ? other : find(name))
  const held: (() => void)[] = []
  world.answers['/revoke'] = (_request, response) => void held.push(() => response.end())
  world.answers['/other'] = (_request, response) => response.end()
  for (let i = 0; i < 18; i += 1) await world.delete(await world.connect())
  const id = await world.connect({ appSlug: 'other' })
  await world.delete(id)
  const running = world.run()
  await within(3_000, async () => (await world.revocation(id)).status === 'revoked')
  assert.equal(held.length, 10, 'calls at a time there')
  world.answers['/revoke'] = (_request, response) => response.end()
  for (const answer of held) answer()
  await running
  assert.deepEqual(
    new Set((await world.rows('revocations')).map(({ status }) => status)),
    new Set(['revoked']),
  )
})

test('a restart finishes what was scheduled before it, at the sandbox provider, without being asked', async (t) => {
  const world = await openWorld(t, { database: 'sqlite' })
  const { app, address, p1 } = world
  app.revocationsDue.listen(() => {})
  const left = await depart(world, await world.connectToken({ environment: 'development' }))
  const back = await consent(world, left)
  await comeBack(world, left, { code: back.searchParams.get('code') ?? '' })
  const sent = { token: await world.token(), environment: 'development' }
  const P = `/v1/connect/${p1}`
  const accounts = jsonOf<{ data: { id: string }[] }>(
    await send(address, 'GET', `${P}/accounts?app=acme`, sent),
  )
  const { id } = accounts.data[0]!
  assertStatus(await send(address, 'DELETE', `${P}/accounts/${id}`, sent), 204)
  const receipt = async (at: string) => {
    const answer = await send(at, 'GET', `${P}/revocations?account_id=${id}`, sent)
    return jsonOf<{ data: { id: string; status: string }[] }>(answer).data[0]
  }
  const before = await receipt(address)
  assert.equal(before?.status, 'pending')
  const second = await world.secondProcess()
  await within(5_000, async () => (await receipt(second.address))?.status === 'revoked')
  const stats = jsonOf(await send(address, 'GET', '/sandbox/stats'))
  assert.equal(stats['revocations'], 1)

  // What is another tenant's is what does not exist.
  const one = (project: string) => `/v1/connect/${project}/revocations/${before.id}`
  assertStatus(await send(address, 'GET', one(p1), sent), 200)
  const unknown = await send(address, 'GET', `${P}/revocations/rev_0000000000000000`, sent)
  assert404Same(await send(address, 'GET', one(p1), { ...sent, environment: 'production' }), unknown)
  assert404Same(await send(address, 'GET', one(world.p2), sent), unknown)
  assert404Same(await send(address, 'GET', one(world.p3), sent), unknown)
  const foreign = { token: await world.token({ client: world.c9 }), environment: 'development' }
  assert404Same(await send(address, 'GET', one(p1), foreign), unknown)
  const connectToken = await world.connectToken({ environment: 'development' })
  assertStatus(await send(address, 'GET', one(p1), { token: connectToken }), 403)
  const other = jsonOf<{ data: unknown[] }>(
    await send(address, 'GET', `/v1/connect/${world.p2}/revocations`, sent),
  )
  assert.deepEqual(other.data, [])
})
