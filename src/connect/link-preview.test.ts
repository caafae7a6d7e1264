/** A link that somebody sends in a chat: programs fetch it first, and it must still be good for the person. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld } from '../../test/connect-world.ts'
import { isPreviewBot } from './preview-bot.ts'

const BOTS = [
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'Slackbot 1.0 (+https://api.slack.com/robots)',
  'Twitterbot/1.0',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0',
  'WhatsApp/2.23.20.0 A',
  'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
  'TelegramBot (like TwitterBot)',
  'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
  'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (compatible; Linespider/1.1; +https://lin.ee/4dwXkTH)',
]
const PERSON =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1'

test('G6-115: fetching a link, by GET or HEAD, by a program or a person, consumes nothing', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ success_redirect_uri: 'https://app.test/done' })
  const address = (query: Record<string, string>) =>
    `/_static/connect.html?${new URLSearchParams({ token, ...query }).toString()}`
  const state = async () =>
    JSON.stringify(
      await Promise.all(
        (['connect_tokens', 'connect_attempts', 'accounts', 'external_users'] as const).map(world.rows),
      ),
    )
  const before = await state()
  for (const userAgent of [...BOTS, PERSON])
    for (const method of ['GET', 'HEAD'])
      for (const query of [{}, { app: 'double' }, { app: 'double_keys' }]) {
        const answer = await world.request(address(query), { method, headers: { 'user-agent': userAgent } })
        assert.equal(answer.status, 200)
        assert.equal(answer.headers.get('set-cookie'), null)
        await answer.text()
      }
  assert.equal(await state(), before)
  assert.equal(world.provider.requests.length, 0)
  const keys = { token, app: 'double_keys', 'field.api_key': 'good-key' }
  assert.equal((await world.postForm('/connect/keys', keys)).status, 200, 'and the link still works')
})

test('a chat shows whose product the link belongs to, and nothing of the person', async (t) => {
  const world = await connectWorld(t)
  await world.app.db.write((tx) => tx.updateTable('projects').set({ app_name: 'Zebra "Shop"' }).execute())
  world.app.projects.forget(world.projectId)
  const token = await world.token({ external_user_id: 'ada-4711' })
  for (const userAgent of BOTS) {
    assert.ok(isPreviewBot(userAgent), userAgent)
    const answer = await world.request(`/_static/connect.html?token=${token}&app=double`, {
      headers: { 'user-agent': userAgent },
    })
    const text = await answer.text()
    assert.match(
      text,
      /<meta property="og:title" content="Connect your account · Zebra &quot;Shop&quot;" \/>/,
      userAgent,
    )
    assert.match(text, /<meta name="robots" content="noindex, nofollow" \/>/)
    assert.equal(answer.headers.get('x-robots-tag'), 'noindex, nofollow')
    assert.doesNotMatch(text, /ada-4711|ctok_|<form/)
  }
  assert.ok(!isPreviewBot(PERSON) && !isPreviewBot(undefined))
  const shown = await (
    await world.request(`/_static/connect.html?token=${token}&app=double`, {
      headers: { 'user-agent': PERSON },
    })
  ).text()
  assert.match(shown, /ada-4711/, 'the person sees for whom')
  assert.match(shown, /og:title" content="Connect your account · Zebra/)
  const refused = await world.request(`/_static/connect.html?token=ctok_${'0'.repeat(32)}`, {
    headers: { 'user-agent': BOTS[0] ?? '' },
  })
  assert.equal(refused.status, 403)
  assert.doesNotMatch(await refused.text(), /Zebra|og:/)
})

test('inside another app a sign-in says so and gives a way out; keys need none', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const get = async (app: string, userAgent: string) =>
    (
      await world.request(`/_static/connect.html?token=${token}&app=${app}&lang=de`, {
        headers: { 'user-agent': userAgent },
      })
    ).text()
  const android =
    'Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 Instagram 350.0.0.41.91 Android'
  const shown = await get('double', android)
  const link = `${world.url}/_static/connect.html?token=${token}&app=double&lang=de`
  assert.match(shown, /Sie sind gerade in Instagram/)
  const intent = /href="(intent:[^"]+)"/.exec(shown)?.[1]?.replaceAll('&amp;', '&') ?? ''
  assert.ok(intent.startsWith(`intent:${link.replace('http:', '')}#Intent;scheme=http;`), intent)
  assert.ok(intent.endsWith(`S.browser_fallback_url=${encodeURIComponent(link)};end`), intent)
  assert.ok(shown.includes(`data-copy="${link.replaceAll('&', '&amp;')}"`))
  assert.match(shown, /id="submit"/, 'nobody is kept from going on')
  const apple = await get('double', PERSON.replace(/ Version.*/, ' Mobile/22B83 [LinkedInApp]/9.30'))
  assert.match(apple, /LinkedIn/)
  assert.doesNotMatch(apple, /intent:/)
  assert.doesNotMatch(await get('double_keys', android), /id="in-app"/)
  assert.doesNotMatch(await get('double', PERSON), /id="in-app"/)
})
