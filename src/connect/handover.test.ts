/** From one screen to another: a code that opens once, with the number that the first screen shows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld, departure, type World } from '../../test/connect-world.ts'
import { testDatabases } from '../../test/databases.ts'
import { secretOf } from './handover.ts'
import { sweepHandovers } from './sweep.ts'

async function handedOver(world: World, body: object = {}, app = 'double') {
  const token = await world.token(body)
  const made = await world.postForm('/connect/handovers', { token, app, accountId: '', connectLink: 'true' })
  const waiting = new URL(made.headers.get('location') ?? '').pathname
  assert.match(waiting, /^\/connect\/waiting\/[\w-]{43}$/)
  const code = `/connect/handovers/${secretOf(waiting.split('/').at(-1) ?? '')}`
  const [row] = await world.rows('connect_handovers')
  return { token, waiting, code, number: row?.number ?? '' }
}

const textOf = async (answer: Response) => answer.text()

for (const database of testDatabases) {
  test(`both screens finish, and looking at the code uses nothing up on ${database.name}`, async (t) => {
    const { url, close } = await database.open()
    t.after(close)
    const world = await connectWorld(t, { databaseUrl: url })
    const { token, waiting, code, number } = await handedOver(world, {
      success_redirect_uri: 'https://app.test/done',
    })
    const first = await textOf(await world.request(waiting))
    assert.match(first, /<svg\s+class="qr"/)
    assert.match(first, new RegExp(`<strong class="number">${number}</strong>`))
    assert.match(first, /data-state="unopened"/)
    const stored = JSON.stringify(await world.rows('connect_handovers'))
    for (const secret of [token, code.split('/').at(-1) ?? '', waiting.split('/').at(-1) ?? ''])
      assert.ok(!stored.includes(secret), 'digests and seals only')

    // Chats, scanners and the curious.
    const bot = await textOf(
      await world.request(code, { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' } }),
    )
    assert.doesNotMatch(bot, new RegExp(`>${number}<`))
    assert.match(bot, /My project/)
    for (let i = 0; i < 3; i += 1) {
      const page = await textOf(await world.request(code))
      const numbers = [...page.matchAll(/name="number" value="(\d\d)"/g)].map(([, value]) => value)
      assert.equal(new Set(numbers).size, 3)
      assert.ok(numbers.includes(number))
      assert.ok(!page.includes(token))
      assert.match(page, /<strong>My project<\/strong>/)
    }
    assert.equal((await world.rows('connect_handovers'))[0]?.opened_at, null)
    assert.equal((await world.postForm(code, { number }, { origin: 'https://evil.test' })).status, 403)

    const opened = await world.postForm(code, { number })
    assert.equal(opened.status, 303)
    const page = await textOf(await world.request(opened.headers.get('location') ?? ''))
    assert.match(page, new RegExp(`name="token" value="${token}"`))
    assert.match(page, /name="handedOver" value="true"/)
    assert.doesNotMatch(page, /action="[^"]*\/connect\/handovers"/, 'from there it goes no further')
    assert.match(await textOf(await world.request(waiting)), /data-state="opened"/)
    assert.equal((await world.request(code)).status, 404, 'it opens once')
    assert.equal((await world.postForm(code, { number })).status, 404)

    const start = await world.postForm('/connect/attempts', { token, app: 'double', handedOver: 'true' })
    const { state, cookie } = departure(start)
    const answer = await world.callback({ code: 'c', state }, cookie)
    const result = answer.headers.get('location') ?? ''
    assert.match(result, /\/connect\/results\//, 'the other device stays here')
    assert.match(await textOf(await world.request(result, { headers: { cookie } })), /is now connected/)
    const onward = await world.request(waiting)
    assert.equal(onward.headers.get('location'), 'https://app.test/done')
    const framed = await world.request(waiting, { headers: { 'sec-fetch-dest': 'iframe' } })
    const [account] = await world.rows('accounts')
    assert.match(await textOf(framed), new RegExp(`data-account="${account?.id}"`))
    assert.ok(!world.logged().includes(token))
  })
}

test('a wrong number makes the code void; a new one can be made, and only the last one counts', async (t) => {
  const world = await connectWorld(t)
  const { token, waiting, code, number } = await handedOver(world)
  const wrong = await world.postForm(code, { number: 'none' })
  assert.equal(wrong.status, 400)
  const text = await wrong.text()
  assert.match(text, /handover_mismatch/)
  assert.ok(!text.includes(token))
  assert.equal((await world.postForm(code, { number })).status, 404)
  const first = await textOf(await world.request(waiting))
  assert.match(first, /data-state="void"/)
  assert.match(first, /New code/)

  const again = await world.postForm('/connect/handovers', { token, app: 'double' })
  const second = new URL(again.headers.get('location') ?? '').pathname
  assert.match(await textOf(await world.request(second)), /data-state="unopened"/)
  assert.equal((await world.request(waiting)).status, 404)
  assert.equal((await world.rows('connect_handovers')).length, 1)
})

test('a code whose link ends while it is waited for leads to another link', async (t) => {
  const world = await connectWorld(t)
  const { waiting } = await handedOver(world, {
    expires_in: 60,
    error_redirect_uri: 'https://app.test/again',
  })
  world.clock.advance(60_000)
  const answer = await world.request(waiting)
  assert.equal(answer.status, 403)
  assert.match(await textOf(answer), /href="https:\/\/app\.test\/again\?error=token_expired"/)
})

test('a code lasts ten minutes, and needs a token that can still be used', async (t) => {
  const world = await connectWorld(t)
  const { code, number } = await handedOver(world)
  world.clock.advance(10 * 60_000)
  assert.equal((await world.request(code)).status, 404)
  assert.equal((await world.postForm(code, { number })).status, 404)
  assert.equal(await sweepHandovers(world.app, 10), 0)
  world.clock.advance(11 * 60_000)
  assert.equal(await sweepHandovers(world.app, 10), 1)
  const made = await world.postForm('/connect/handovers', { token: 'ctok_unknown', app: 'double' })
  assert.equal(made.status, 403)
  const evil = await world.postForm(
    '/connect/handovers',
    { token: await world.token(), app: 'double' },
    { origin: 'https://evil.test' },
  )
  assert.equal(evil.status, 403)
  assert.deepEqual(await world.rows('connect_handovers'), [])
})
