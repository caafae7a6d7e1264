/** The Connect page in a real browser: as a link, and in a frame of somebody's site, against the sandbox provider. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import type { TestServer } from '../src/create-test-server.ts'
import { accountsOf, browserFile, messagesOf } from './browser-file.ts'
import { skipBrowser } from './browser.ts'
import { until } from './until.ts'

interface Site {
  origin: string
  seen: IncomingMessage[]
}

/** A developer's site: any path is a page that frames what its query names, and keeps the messages it gets. */
async function serveSite(t: TestContext, headers: Record<string, string> = {}): Promise<Site> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    const src = new URL(request.url ?? '', 'http://x').searchParams.get('frame') ?? ''
    const frame =
      src === ''
        ? ''
        : `<iframe title="Connect" style="position:fixed;inset:0;width:100%;height:100%;border:0" src="${src.replaceAll('&', '&amp;')}"></iframe>`
    response.writeHead(200, { 'content-type': 'text/html', ...headers })
    response.end(`<!doctype html><title>Site</title><script>
      window.messages = []
      addEventListener('message', (event) => window.messages.push(event.data))
    </script>${frame}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const { openServer, openPage } = browserFile()

async function createToken(server: TestServer, body: object = {}): Promise<{ token: string; link: string }> {
  const call = async (path: string, sent: object, headers: Record<string, string> = {}) =>
    (await (
      await fetch(server.url + path, {
        method: 'POST',
        body: JSON.stringify(sent),
        headers: { 'content-type': 'application/json', ...headers },
      })
    ).json()) as Record<string, string>
  const { access_token: accessToken } = await call('/v1/oauth/token', {
    grant_type: 'client_credentials',
    client_id: server.clientId,
    client_secret: server.clientSecret,
  })
  const made = await call(
    `/v1/connect/${server.projectId}/tokens`,
    { external_user_id: 'ada', ...body },
    { authorization: `Bearer ${accessToken}`, 'x-pd-environment': 'development' },
  )
  return { token: made['token'] ?? '', link: made['connect_link_url'] ?? '' }
}

/** What a page must not do, collected while it is used. */
function watch(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return complaints
}

for (const javaScriptEnabled of [true, false]) {
  test(
    `a link connects an account ${javaScriptEnabled ? 'and leaves no token behind' : 'without script'}`,
    { skip: skipBrowser },
    async (t) => {
      const server = await openServer(t)
      const site = await serveSite(t)
      const { link } = await createToken(server, { success_redirect_uri: `${site.origin}/done?a=1` })
      const page = await openPage({ width: 390, javaScriptEnabled })
      const complaints = watch(page)
      await page.goto(`${link}&app=acme`)
      assert.match(
        (await page.textContent('main')) ?? '',
        /My project asks to connect your Acme \(sandbox\) account/,
      )
      if (javaScriptEnabled) {
        assert.doesNotMatch(page.url(), /ctok/)
        assert.equal(await page.locator('#close').isVisible(), false, 'there is no frame to close')
      }
      await page.keyboard.press('Tab')
      await page.locator('#submit').press('Enter')
      await page.waitForURL(/sandbox\/oauth\/authorize/)
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.waitForURL(`${site.origin}/done?a=1`)
      assert.equal((await accountsOf(server)).length, 1)
      const referrers = site.seen.map((request) => request.headers.referer ?? '')
      assert.ok(referrers.every((referrer) => !/ctok|code=|state=/.test(referrer)))
      assert.deepEqual(complaints, [])
    },
  )
}

test(
  'a refusal at the provider shows what to do next, and leads back to try again',
  { skip: skipBrowser },
  async (t) => {
    const server = await openServer(t)
    const { link } = await createToken(server)
    const page = await openPage()
    await page.goto(`${link}&app=acme`)
    await page.locator('#submit').click()
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.waitForURL(/connect\/results\//)
    assert.match((await page.textContent('main')) ?? '', /Not connected.*user_refused/s)
    assert.deepEqual(await accountsOf(server), [])
    const failed = page.url()
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.locator('#submit').click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(/connect\/results\//)
    assert.equal((await accountsOf(server)).length, 1)
    await page.goto(failed)
    assert.match((await page.textContent('main')) ?? '', /user_refused/)
    assert.equal(await page.getByRole('link', { name: 'Try again' }).count(), 0, 'the link is used up')
  },
)

test(
  'G6-114: a link that is reloaded or come back to is still the link, and the history has no token',
  { skip: skipBrowser },
  async (t) => {
    const server = await openServer(t)
    const { link } = await createToken(server)
    const page = await openPage({ width: 390 })
    const heading = () => page.getByRole('heading', { level: 1 })
    await page.goto(link)
    await page.getByRole('link', { name: /^Acme \(sandbox\)$/ }).click()
    await heading().filter({ hasText: 'Connect your Acme' }).waitFor()
    await page.reload()
    await page.locator('#submit').click()
    await page.waitForURL(/sandbox\/oauth\/authorize/)
    await page.goBack()
    await heading().filter({ hasText: 'Connect your Acme' }).waitFor()
    assert.doesNotMatch(page.url(), /ctok/)
    assert.doesNotMatch(await page.evaluate<string>('JSON.stringify(history.state)'), /ctok/)
    await page.goBack()
    await heading().filter({ hasText: 'What do you want' }).waitFor()
  },
)

for (const coop of [false, true]) {
  test(
    `G6-121, G6-122: in a frame the site hears of the account${coop ? ', with every opener cut' : ''}`,
    { skip: skipBrowser },
    async (t) => {
      const server = await openServer(t)
      const site = await serveSite(t, coop ? { 'cross-origin-opener-policy': 'same-origin' } : {})
      const { token } = await createToken(server, coop ? {} : { allowed_origins: [site.origin] })
      const page = await openPage()
      const complaints = watch(page)
      const address = `${server.url}/_static/connect.html?token=${token}&app=acme`
      await page.goto(`${site.origin}/?frame=${encodeURIComponent(address)}`)
      const frame = page.frameLocator('iframe')
      const opening = page.context().waitForEvent('page')
      await frame.locator('#submit').click()
      const popup = await opening
      await popup.waitForURL(/sandbox\/oauth\/authorize/)
      assert.equal(await popup.evaluate('window.opener'), null)
      assert.deepEqual(await messagesOf(page), [])
      const closing = popup.waitForEvent('close')
      await popup.getByRole('button', { name: 'Allow' }).click()
      const returned = performance.now()
      await until(async () => (await messagesOf(page)).length === 2, 'success and close')
      assert.ok(performance.now() - returned < 4000, 'within three seconds, and one for the closing')
      const [account] = await accountsOf(server)
      assert.deepEqual(await messagesOf(page), [
        { type: 'success', authProvisionId: account?.id },
        { type: 'close' },
      ])
      await closing
      assert.deepEqual(complaints, [])
    },
  )
}

test('G6-121: a site that is not in the list sees nothing', { skip: skipBrowser }, async (t) => {
  const server = await openServer(t)
  const site = await serveSite(t)
  const { token } = await createToken(server, { allowed_origins: ['https://app.test'] })
  const page = await openPage()
  await page.goto(
    `${site.origin}/?frame=${encodeURIComponent(`${server.url}/_static/connect.html?token=${token}&app=acme`)}`,
  )
  assert.equal(await page.frameLocator('iframe').locator('#submit').count(), 0)
  assert.deepEqual(await messagesOf(page), [])
})

test('G6-123: a blocked popup leaves a link; closing costs nothing', { skip: skipBrowser }, async (t) => {
  const server = await openServer(t)
  const site = await serveSite(t)
  const { token } = await createToken(server)
  const address = `${server.url}/_static/connect.html?token=${token}&app=acme`
  const page = await openPage()
  await page.addInitScript('window.open = () => null')
  await page.goto(`${site.origin}/?frame=${encodeURIComponent(address)}`)
  const frame = page.frameLocator('iframe')
  await frame.locator('#submit').click()
  const link = frame.getByRole('link', { name: 'Open the sign-in window' })
  const opening = page.context().waitForEvent('page')
  await link.click()
  const popup = await opening
  await popup.waitForURL(/sandbox\/oauth\/authorize/)
  await popup.close()
  await frame.locator('#close').click()
  await until(async () => (await messagesOf(page)).length === 1, 'close')
  assert.deepEqual(await messagesOf(page), [{ type: 'close' }])
  assert.deepEqual(await accountsOf(server), [])
  assert.equal((await fetch(address)).status, 200, 'the token is unused')
})

test('keys in a frame: a refusal is shown, good ones are reported', { skip: skipBrowser }, async (t) => {
  const server = await openServer(t)
  const site = await serveSite(t)
  const { token } = await createToken(server)
  const page = await openPage({ width: 390, colorScheme: 'dark' })
  const complaints = watch(page)
  const address = `${server.url}/_static/connect.html?token=${token}&app=acme_keys&hideClose=true`
  await page.goto(`${site.origin}/?frame=${encodeURIComponent(address)}`)
  const frame = page.frameLocator('iframe')
  assert.equal(await frame.locator('#close').count(), 0)
  await frame.getByLabel('API key').fill('wrong_key')
  await frame.locator('#submit').click()
  await frame.locator('#failure').waitFor({ state: 'visible' })
  assert.match((await frame.locator('#failure').textContent()) ?? '', /keys_refused/)
  assert.deepEqual(await accountsOf(server), [])
  await frame.getByLabel('API key').fill('acme_demo_key')
  await frame.locator('#submit').click()
  await until(async () => (await messagesOf(page)).length === 2, 'success and close')
  const [account] = await accountsOf(server)
  assert.deepEqual(await messagesOf(page), [
    { type: 'success', authProvisionId: account?.id },
    { type: 'close' },
  ])
  assert.deepEqual(complaints, [])
})

test(
  'a frame left open past its link says so, and where another one comes from',
  { skip: skipBrowser },
  async (t) => {
    const server = await openServer(t)
    const site = await serveSite(t)
    const page = await openPage({ width: 390 })
    for (const app of ['acme', 'acme_keys']) {
      const { token } = await createToken(server, { error_redirect_uri: `${site.origin}/again` })
      const address = `${server.url}/_static/connect.html?token=${token}&app=${app}`
      // Nothing is made ahead, so that the click is what finds out.
      if (app === 'acme') await page.route('**/connect/attempts', (route) => route.abort(), { times: 1 })
      await page.goto(`${site.origin}/?frame=${encodeURIComponent(address)}`)
      const frame = page.frameLocator('iframe')
      await frame.locator('#close').waitFor()
      await server.app.db.write((tx) => tx.updateTable('connect_tokens').set({ expires_at: 1 }).execute())
      if (app === 'acme_keys') await frame.getByLabel('API key').fill('acme_demo_key')
      await frame.locator('#submit').click()
      const another = frame.getByRole('link', { name: 'Get a new link' })
      assert.equal(await another.getAttribute('href'), `${site.origin}/again?error=token_expired`)
      await until(async () => (await messagesOf(page)).length === 1, 'the error')
      assert.match((await messagesOf(page))[0]?.['error'] ?? '', /^This link has expired/)
    }
  },
)

test('an error in a frame is told and can be closed', { skip: skipBrowser }, async (t) => {
  const server = await openServer(t)
  const site = await serveSite(t)
  const page = await openPage()
  const address = `${server.url}/_static/connect.html?token=&app=acme`
  await page.goto(`${site.origin}/?frame=${encodeURIComponent(address)}`)
  await page.frameLocator('iframe').locator('#close').click()
  await until(async () => (await messagesOf(page)).length === 2, 'error and close')
  const [first, second] = await messagesOf(page)
  assert.equal(first?.['type'], 'error')
  assert.deepEqual(second, { type: 'close' })
})
