/** A person who brings the OAuth client: asked for it where the developer has named none, and told which callback address it needs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld, departure } from '../../test/connect-world.ts'

const own = { 'client.id': 'my-own-client', 'client.secret': 'my-own-client-secret-0123456789' }

test('A14: customOauthClient asks for the client, goes with it, and keeps it sealed', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const callback = `/connect/oauth/${world.app.catalog.current.find('double')?.id}/callback`
  const page = await (await world.page(token, { app: 'double', customOauthClient: 'true' })).text()
  assert.match(page, /name="client\.id"/)
  assert.match(page, /name="client\.secret"\s+type="password"/)
  assert.ok(page.includes(`${world.url}${callback}`))

  const members = { token, app: 'double', customOauthClient: 'true' }
  const empty = await world.postForm('/connect/attempts', members)
  assert.equal(empty.status, 400)
  assert.match(await empty.text(), /field_invalid/)

  const { authorize, cookie, state } = departure(
    await world.postForm('/connect/attempts', { ...members, ...own }),
  )
  assert.equal(authorize.searchParams.get('client_id'), 'my-own-client')
  assert.equal(new URL(authorize.searchParams.get('redirect_uri') ?? '').pathname, callback)
  const answer = await world.request(`${callback}?code=c&state=${state}`, { headers: { cookie } })
  assert.match(answer.headers.get('location') ?? '', /\/connect\/results\//)
  assert.equal(world.provided('/token')[0]?.form.get('client_secret'), own['client.secret'])
  const [account] = await world.rows('accounts')
  assert.equal(account?.oauth_app_id, null)
  const kept = JSON.stringify([
    await world.rows('accounts'),
    await world.rows('credentials'),
    await world.rows('connect_attempts'),
  ])
  assert.ok(!kept.includes(own['client.secret']))
  assert.ok(!world.logged().includes(own['client.secret']))
})

test('A14: nobody is asked where the developer has named an OAuth app', async (t) => {
  const world = await connectWorld(t)
  const query = { app: 'double', customOauthClient: 'true', oauthAppId: world.oauthAppId }
  const page = await world.page(await world.token(), query)
  assert.equal(page.status, 200)
  assert.doesNotMatch(await page.text(), /client\.id/)
})

test('A14: a client that nobody asked for takes no part', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const asked = { app: 'double', customOauthClient: 'true' }
  const refused = async (members: Record<string, string>) => {
    const answer = await world.postForm('/connect/attempts', { token, ...members, ...own })
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /app_mismatch/)
  }
  await refused({ app: 'double' })
  await refused({ ...asked, oauthAppId: world.oauthAppId })
  // Its own fields hold the client.
  await refused({ ...asked, app: 'servicenow' })
  assert.deepEqual(await world.rows('connect_attempts'), [])
})
