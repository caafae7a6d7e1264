/** What comes to a callback address without a browser: other methods, and a provider's own word that an app was taken away. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { CLIENT_SECRET, namedWorld, startedWorld, TOKENS } from '../../../test/connect-world.ts'
import { reply } from '../../upstream/local-server.ts'

test('G7-141: every other method is answered 405 with Allow, and redeems nothing', async (t) => {
  const { world, token, state, cookie } = await startedWorld(t)
  const form = { 'content-type': 'application/x-www-form-urlencoded', cookie }
  for (const method of ['POST', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
    const empty = await world.callback({ code: 'c', state }, cookie, undefined, { method })
    assert.equal(empty.status, 405, method)
    assert.equal(empty.headers.get('allow'), 'GET', method)
    if (method === 'HEAD') continue
    const body = new URLSearchParams({ code: 'c', state }).toString()
    const posted = await world.request(`/connect/oauth/${world.oauthAppId}/callback`, {
      method,
      body,
      headers: form,
    })
    assert.equal(posted.status, method === 'DELETE' ? 415 : 405, method)
  }
  assert.equal(world.provided('/token').length, 0)
  await world.assertNothingConnected(token)
})

test('B3, pipedrive, hubspot: who was sent here by the provider’s marketplace is told where to begin', async (t) => {
  const { world, token, cookie } = await startedWorld(t)
  const answer = await world.callback({ code: 'from-the-marketplace' }, cookie)
  assert.equal(answer.status, 400)
  assert.equal(answer.headers.get('location'), null)
  assert.match(await answer.text(), /<code>install_restart<\/code>/)
  assert.equal(world.provided('/token').length, 0, 'the code is left alone')
  await world.assertNothingConnected(token)
})

const notice = { company_id: 27, user_id: 1001, client_id: 'double-client', timestamp: '2026-11-22 12:00:00' }
const basicOf = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

/** A world with two accounts at an app whose provider says when it was uninstalled, as pipedrive.readme.io describes it. */
async function pipedriveWorld(t: TestContext) {
  const world = await namedWorld(
    t,
    {
      scopes: { param: false },
      uninstall_notice: {
        method: 'DELETE',
        auth: 'client_basic',
        uid: '{{notice.company_id}}:{{notice.user_id}}',
      },
      token_response: { store: { who: 'who' } },
    },
    { identity: { uid: '{{stored.who}}' } },
  )
  for (const who of ['27:1001', '27:1002']) {
    world.answers['/token'] = (_request, response) =>
      reply(response, 200, { ...TOKENS, scope: undefined, who })
    const { state, cookie } = await world.start(await world.token({ external_user_id: who }))
    assert.equal((await world.callback({ code: 'c', state }, cookie)).status, 303)
  }
  const tell = (authorization: string | undefined, body: unknown = notice, id = world.oauthAppId) =>
    world.request(`/connect/oauth/${id}/callback`, {
      method: 'DELETE',
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      },
    })
  const dead = async () =>
    (await world.rows('accounts')).filter(({ dead_at }) => dead_at !== null).map((row) => row.external_id)
  return { world, tell, dead }
}

test('B7, pipedrive: an uninstall that proves its origin ends that person’s account, and no other', async (t) => {
  const { world, tell, dead } = await pipedriveWorld(t)
  const answer = await tell(basicOf('double-client', CLIENT_SECRET))
  assert.equal(answer.status, 200)
  assert.equal(await answer.text(), '')
  assert.deepEqual(await dead(), ['27:1001'])
  const account = (await world.rows('accounts')).find(({ external_id }) => external_id === '27:1001')
  assert.match(account?.error ?? '', /^uninstalled: /)
  assert.equal(account?.next_refresh_at, null)
  const types = (await world.rows('events')).map(({ type }) => type)
  assert.equal(types.filter((type) => type === 'account.dead').length, 1)

  assert.equal((await tell(basicOf('double-client', CLIENT_SECRET))).status, 200, 'said twice, done once')
  assert.equal((await world.rows('events')).filter(({ type }) => type === 'account.dead').length, 1)
})

test('B7, pipedrive: without that proof nothing ends', async (t) => {
  const { world, tell, dead } = await pipedriveWorld(t)
  const good = basicOf('double-client', CLIENT_SECRET)
  for (const authorization of [
    undefined,
    '',
    'Basic',
    basicOf('double-client', ''),
    basicOf('double-client', `${CLIENT_SECRET}x`),
    basicOf('another', CLIENT_SECRET),
    good.replace('Basic ', 'Bearer '),
  ]) {
    const answer = await tell(authorization)
    assert.equal(answer.status, 401, authorization)
    assert.equal(answer.headers.get('location'), null)
  }
  assert.equal((await tell(good, notice, 'oa_unknown')).status, 405)
  assert.deepEqual(await dead(), [])
  // Proved, but about nobody here.
  for (const body of [{ ...notice, user_id: 9 }, {}, [], 'x', { company_id: { a: 1 }, user_id: null }])
    assert.equal((await tell(good, body)).status, 200)
  assert.deepEqual(await dead(), [])
  assert.ok(!world.logged().includes(CLIENT_SECRET))
})
