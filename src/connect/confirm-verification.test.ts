/** The developer's word on whose account it is: nothing is final before it, and nothing is left after a wrong one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld, type World, type WorldOptions } from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'
import type { TestContext } from 'node:test'
import { sweepAbandoned } from './sweep.ts'

const VERIFIER = 'https://app.test/verify?from=headgate'

async function verifyingWorld(t: TestContext, options: WorldOptions = {}) {
  const world = await connectWorld(t, options)
  await world.app.db.write((tx) =>
    tx.updateTable('projects').set({ verifier_uri: VERIFIER }).where('id', '=', world.projectId).execute(),
  )
  world.app.projects.forget(world.projectId)
  const answer = await world.postJson('/v1/oauth/token', {
    grant_type: 'client_credentials',
    client_id: world.clientId,
    client_secret: world.clientSecret,
  })
  const { access_token: bearer } = (await answer.json()) as { access_token: string }
  const confirm = (verification: string, user: string, headers: Record<string, string> = {}) =>
    world.postJson(
      `/v1/connect/${world.projectId}/verifications`,
      { verification, external_user_id: user },
      { authorization: `Bearer ${bearer}`, 'x-pd-environment': 'production', ...headers },
    )
  return { world, bearer, confirm }
}

/** Reads what the browser carries to the developer. */
function sentTo(location: string | null): { verification: string; returnTo: string } {
  assert.ok(location)
  assert.ok(location.startsWith(`${VERIFIER}&verification=ver_`), location)
  const { searchParams } = new URL(location)
  return {
    verification: searchParams.get('verification') ?? '',
    returnTo: searchParams.get('return_to') ?? '',
  }
}

const consumed = async (world: World) =>
  (await world.rows('connect_tokens')).filter(({ consumed_at: at }) => at !== null).length

for (const database of testDatabases) {
  test(`a connection is final when the developer says for whom on ${database.name}`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const { world, confirm } = await verifyingWorld(t, { databaseUrl: url })
    const token = await world.token({ success_redirect_uri: 'https://app.test/done' })
    const { state, cookie } = await world.start(token)
    const answer = await world.callback({ code: 'c', state }, cookie)
    const { verification, returnTo } = sentTo(answer.headers.get('location'))
    assert.match(returnTo, new RegExp(`^${world.url}/connect/results/[\\w-]{43}$`))
    assert.deepEqual(await world.rows('accounts'), [])
    assert.equal(await consumed(world), 0)
    const stored = JSON.stringify(await world.rows('connect_attempts'))
    assert.ok(
      !stored.includes(verification) && !stored.includes('double-access-token'),
      'sealed, or a digest',
    )

    const early = await world.request(returnTo, { headers: { cookie } })
    assert.equal(early.status, 200)
    const text = await early.text()
    assert.match(text, /<strong>My project<\/strong> has to confirm/)
    assert.match(text, /<noscript><meta http-equiv="refresh" content="3" \/><\/noscript>/)
    assert.equal((await world.request(returnTo)).status, 404, 'another browser learns nothing')

    // Only this tenant's server is heard.
    for (const headers of [{ 'x-pd-environment': 'development' }] as Record<string, string>[])
      assert.equal((await confirm(verification, 'u1', headers)).status, 404)
    assert.equal((await confirm(`${verification}x`, 'u1')).status, 404)
    assert.equal((await confirm(verification, 'u1', { authorization: `Bearer ${token}` })).status, 403)
    assert.equal((await confirm(verification, 'u1', { authorization: '' })).status, 401)
    assert.deepEqual(await world.rows('accounts'), [])

    const both = await Promise.all([confirm(verification, 'u1'), confirm(verification, 'u1')])
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 200],
      'two at once are one',
    )
    const [body, twin] = (await Promise.all(both.map(async (done) => done.json()))) as {
      account: { id: string; external_id: string }
      return_to: string
    }[]
    assert.ok(body)
    assert.deepEqual(twin, body)
    assert.equal(body.account.external_id, 'u1')
    assert.equal(body.return_to, returnTo)
    assert.ok(!JSON.stringify(body).includes('double-access-token'))
    assert.equal((await world.rows('accounts')).length, 1)
    assert.equal(await consumed(world), 1)
    const repeated = (await (await confirm(verification, 'u1')).json()) as typeof body
    assert.equal(repeated.account.id, body.account.id, 'a repeat gets the same account')
    assert.equal((await confirm(verification, 'somebody')).status, 404)
    const onward = await world.request(returnTo, { headers: { cookie } })
    assert.equal(onward.headers.get('location'), 'https://app.test/done')
    assert.ok(!world.logged().includes(verification))
  })
}

test('another user: refused, what the provider gave is gone, the token still works, and the developer hears of it', async (t) => {
  const { world, confirm } = await verifyingWorld(t)
  const token = await world.token({ error_redirect_uri: 'https://app.test/error?a=1' })
  const { state, cookie } = await world.start(token)
  const { verification, returnTo } = sentTo(
    (await world.callback({ code: 'c', state }, cookie)).headers.get('location'),
  )
  const refused = await confirm(verification, 'the-victim')
  assert.equal(refused.status, 403)
  assert.equal(((await refused.json()) as { code: string }).code, 'verification_refused')
  assert.equal((await confirm(verification, 'u1')).status, 404, 'there is no second try')
  assert.deepEqual(await world.rows('accounts'), [])
  assert.ok((await world.rows('connect_attempts')).every(({ pending }) => pending === null))
  const events = await world.rows('events')
  assert.deepEqual(
    events.map(({ type }) => type),
    ['connection.error'],
  )
  assert.match(events[0]?.data ?? '', /verification_refused/)
  const audit = (await world.rows('audit_entries')).filter(({ action }) => action === 'verification.refuse')
  assert.equal(audit.length, 1)
  assert.equal(
    (await world.rows('revocations')).length,
    1,
    'and it is ended at the provider, or a receipt says why not',
  )
  const back = await world.request(returnTo, { headers: { cookie } })
  assert.equal(back.headers.get('location'), 'https://app.test/error?a=1&error=verification_refused')
  assert.equal((await world.page(token)).status, 200)
})

test('a word that comes after ten minutes is too late', async (t) => {
  const { world, confirm } = await verifyingWorld(t)
  const { state, cookie } = await world.start(await world.token())
  const { verification, returnTo } = sentTo(
    (await world.callback({ code: 'c', state }, cookie)).headers.get('location'),
  )
  world.clock.advance(10 * 60_000)
  assert.equal((await confirm(verification, 'u1')).status, 404)
  assert.equal((await world.request(returnTo, { headers: { cookie } })).status, 400)
  assert.deepEqual(await world.rows('accounts'), [])
})

test('keys wait for the developer’s word, too: by the form, by the frame, and not past it by the API', async (t) => {
  const { world, bearer, confirm } = await verifyingWorld(t)
  const members = { app: 'double_keys', 'field.api_key': 'good-key', 'field.region': 'eu' }
  const form = await world.postForm('/connect/keys', { token: await world.token(), ...members })
  const text = await form.text()
  const cookie = (form.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const address = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
  const first = sentTo(address ?? null)
  assert.ok(!text.includes('good-key'))
  assert.deepEqual(await world.rows('accounts'), [])
  assert.equal((await confirm(first.verification, 'u1')).status, 200)
  assert.equal((await world.request(first.returnTo, { headers: { cookie } })).status, 200)

  const values = { api_key: 'good-key', region: 'eu' }
  const framed = await world.postJson('/connect/keys', {
    token: await world.token(),
    app: 'double_keys',
    values,
  })
  const {
    handle,
    start_url: startUrl,
    account_id: accountId,
  } = (await framed.json()) as Record<string, string>
  assert.equal(accountId, undefined)
  const start = await world.request(startUrl ?? '', { headers: { 'sec-fetch-site': 'same-origin' } })
  const second = sentTo(start.headers.get('location'))
  assert.equal((await confirm(second.verification, 'u1')).status, 200)
  const stands = (await (await world.request(`/connect/attempts/${handle}`)).json()) as Record<string, string>
  assert.equal(stands['status'], 'done')
  assert.equal((await world.rows('accounts')).length, 2)

  const token = await world.token({ allowed_origins: ['https://app.test'] })
  const body = {
    app_slug: 'double_keys',
    cfmap_json: JSON.stringify(values),
    connect_token: token,
  }
  const path = `/v1/connect/${world.projectId}/accounts`
  const byToken = await world.postJson(path, body, {
    authorization: `Bearer ${token}`,
    origin: 'https://app.test',
  })
  assert.equal(byToken.status, 403)
  assert.equal(((await byToken.json()) as { code: string }).code, 'verification_required')
  const byServer = await world.postJson(path, body, {
    authorization: `Bearer ${bearer}`,
    'x-pd-environment': 'production',
  })
  assert.equal(byServer.status, 200, 'the developer’s own server knows for whom it connects')
})

test('an attempt that nobody began, or that another has overtaken, tells the developer of no failure', async (t) => {
  const { world, confirm } = await verifyingWorld(t)
  const token = await world.token()
  const values = { api_key: 'good-key', region: 'eu' }
  // The page of a link tries the keys out by script first, and then lets its form go on.
  const tried = await world.postJson('/connect/keys', { token, app: 'double_keys', values })
  assert.equal(tried.status, 200)
  const overtaken = await world.start(token)
  await world.callback({ code: 'c', state: overtaken.state }, overtaken.cookie)
  const { state, cookie } = await world.start(token)
  const answer = await world.callback({ code: 'c', state }, cookie)
  const { verification } = sentTo(answer.headers.get('location'))
  assert.equal((await confirm(verification, 'u1')).status, 200)
  world.clock.advance(10 * 60_000)
  assert.equal(await sweepAbandoned(world.app, 10), 2)
  const types = (await world.rows('events')).map(({ type }) => type)
  assert.deepEqual(types.toSorted(), ['account.connected', 'connection.success'])
})
