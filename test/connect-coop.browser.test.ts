/** The frame where every window is isolated, and the ways that lead past it: a second device, a question in the popup, closing early. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { projectEnvironmentOfRow } from '../src/access/project-environment.ts'
import { createConnectToken } from '../src/connect-tokens/create-connect-token.ts'
import type { TestServer } from '../src/create-test-server.ts'
import { accountsOf, browserFile, messagesOf } from './browser-file.ts'
import { skipBrowser } from './browser.ts'
import { until } from './until.ts'

const ISOLATED = { 'cross-origin-opener-policy': 'same-origin' }

const { openServer, openPage } = browserFile()

/** A developer's site with the frame as the SDK makes it: no `allow`, no `sandbox`, over the whole page; `close` takes it away. */
async function serveSite(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', ...ISOLATED })
    response.end(`<!doctype html><title>Site</title><body><script>
      window.messages = []
      let frame
      addEventListener('message', ({ data }) => {
        window.messages.push(data)
        if (data.type === 'close') frame?.remove()
      })
      window.connect = (src) => {
        const made = document.createElement('iframe')
        made.id = 'pipedream-connect-iframe-0'
        made.title = 'Pipedream Connect'
        made.src = src
        made.style = 'position:fixed;inset:0;z-index:2147483647;border:0;width:100%;height:100%'
        made.onload = () => { frame = made }
        document.body.appendChild(made)
      }
    </script>`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function createToken(server: TestServer, body: object = {}): Promise<string> {
  const { app, projectId } = server
  const project = await app.projects.find(projectId)
  const env = projectEnvironmentOfRow(project?.workspace_id ?? '', {
    project_id: projectId,
    environment: 'development',
  })
  return (await createConnectToken(app, env, { external_user_id: 'ada', ...body })).token
}

const isolateProvider = (context: BrowserContext) =>
  context.route('**/sandbox/oauth/authorize*', async (route) => {
    const response = await route.fetch({ maxRedirects: 0 })
    await route.fulfill({ response, headers: { ...response.headers(), ...ISOLATED } })
  })

/** The SDK's frame on an isolated site. */
async function openFrame(t: TestContext, server: TestServer, query: string, body: object = {}) {
  const site = await serveSite(t)
  const token = await createToken(server, body)
  const page = await openPage()
  await page.goto(site)
  await page.evaluate(
    `window.connect(${JSON.stringify(`${server.url}/_static/connect.html?token=${token}&${query}`)})`,
  )
  return { site, token, page, frame: page.frameLocator('iframe') }
}

async function popupOf(page: Page, click: () => Promise<void>): Promise<Page> {
  const opening = page.context().waitForEvent('page')
  await click()
  return opening
}

test(
  'G6-122: site and provider both isolate their windows: success, then close, and the frame is gone',
  { skip: skipBrowser },
  async (t) => {
    const server = await openServer(t)
    const { page, frame } = await openFrame(t, server, 'app=acme')
    await isolateProvider(page.context())
    const popup = await popupOf(page, () => frame.locator('#submit').click())
    await popup.getByRole('button', { name: 'Allow' }).click()
    await until(async () => (await messagesOf(page)).length === 2, 'success and close')
    const [account, ...others] = await accountsOf(server)
    assert.deepEqual(others, [])
    assert.deepEqual(await messagesOf(page), [
      { type: 'success', authProvisionId: account?.id },
      { type: 'close' },
    ])
    assert.equal(await page.locator('iframe').count(), 0)
  },
)

test('G6-122: closing at once, and after a while, takes the frame away', { skip: skipBrowser }, async (t) => {
  const server = await openServer(t)
  const early = await openFrame(t, server, 'app=acme')
  // As soon as there is a button, which may be before the frame's own load event.
  await early.frame.locator('#close').click()
  await until(async () => (await early.page.locator('iframe').count()) === 0, 'no frame')
  assert.deepEqual(await messagesOf(early.page), [{ type: 'close' }])

  const late = await openFrame(t, server, 'app=acme')
  const popup = await popupOf(late.page, () => late.frame.locator('#submit').click())
  await popup.close()
  await late.frame.locator('#close').click()
  await until(async () => (await late.page.locator('iframe').count()) === 0, 'no frame')
  assert.deepEqual(await messagesOf(late.page), [{ type: 'close' }])
  assert.deepEqual(await accountsOf(server), [])
})

test('a question in the popup: the frame waits for the answer', { skip: skipBrowser }, async (t) => {
  const server = await openServer(t)
  const connect = async (person: string, query: string) => {
    const opened = await openFrame(t, server, query)
    const popup = await popupOf(opened.page, () => opened.frame.locator('#submit').click())
    await popup.getByLabel(person).check()
    await popup.getByRole('button', { name: 'Allow' }).click()
    return { ...opened, popup }
  }
  const first = await connect('Ada Example', 'app=acme')
  await until(async () => (await messagesOf(first.page)).length === 2, 'connected as Ada')
  const [ada] = await accountsOf(server)
  const { page, popup } = await connect('Grace Example', `app=acme&accountId=${ada?.id}`)
  await popup.waitForURL(/\/connect\/choices\//)
  const text = (await popup.textContent('main')) ?? ''
  assert.match(text, /Connected so far: ada@example\.com.*Signed in now: grace@example\.com/s)
  assert.deepEqual(await messagesOf(page), [])
  await popup.getByRole('button', { name: 'Replace the account' }).click()
  await until(async () => (await messagesOf(page)).length === 2, 'replaced')
  assert.deepEqual((await messagesOf(page))[0], { type: 'success', authProvisionId: ada?.id })
  const [replaced, ...others] = await accountsOf(server)
  assert.deepEqual(others, [])
  assert.equal(replaced?.name, 'grace@example.com')
})

for (const javaScriptEnabled of [true, false])
  test(
    `handing over to another device ends both screens${javaScriptEnabled ? ', in a frame' : ', without script'}`,
    { skip: skipBrowser },
    async (t) => {
      const server = await openServer(t)
      const site = await serveSite(t)
      const opened = javaScriptEnabled ? await openFrame(t, server, 'app=acme') : undefined
      const first = opened?.page ?? (await openPage({ javaScriptEnabled }))
      const screen = opened?.frame ?? first
      if (!opened) {
        const token = await createToken(server, { success_redirect_uri: `${site}/done` })
        await first.goto(`${server.url}/_static/connect.html?token=${token}&connectLink=true&app=acme`)
      }
      await screen.getByRole('button', { name: 'Continue on another device' }).click()
      await screen.getByRole('img', { name: 'QR code' }).waitFor()
      const number = (await screen.locator('.number').textContent()) ?? ''
      const [row] = await server.app.db.read.selectFrom('connect_handovers').selectAll().execute()
      assert.equal(number, row?.number)
      const { secretOf } = await import('../src/connect/handover.ts')
      const waiting = opened ? (first.frames()[1]?.url() ?? '') : first.url()
      const secret = secretOf(waiting.split('/').at(-1) ?? '')

      const phone = await openPage({ width: 390, javaScriptEnabled })
      await phone.goto(`${server.url}/connect/handovers/${secret}`)
      if (javaScriptEnabled) {
        const sent: string[] = []
        phone.on('request', (request) => request.method() === 'POST' && sent.push(request.url()))
        const button = `document.querySelector('button[value="${number}"]')`
        let clicked = () => {}
        const isClickedTwice = new Promise<void>((resolve) => (clicked = resolve))
        // The server answers only after the second click, which is made while the first is on its way.
        await phone.route('**/connect/handovers/*', async (route) => {
          await isClickedTwice
          await route.continue()
        })
        await phone.evaluate(`new Promise((resolve) => {
          ${button}.click()
          setTimeout(() => resolve(${button}.click()), 100)
        })`)
        clicked()
        await phone.locator('#submit').waitFor()
        assert.equal(sent.length, 1, 'a double click is one click: the second would find the code used up')
        await phone.reload()
      } else await phone.getByRole('button', { name: number, exact: true }).click()
      await phone.locator('#submit').click()
      await phone.getByRole('button', { name: 'Allow' }).click()
      await phone.waitForURL(/\/connect\/results\//)
      assert.match((await phone.textContent('main')) ?? '', /is now connected to/)
      const [account] = await accountsOf(server)
      if (opened) {
        await until(async () => (await messagesOf(first)).length === 2, 'success and close')
        assert.deepEqual((await messagesOf(first))[0], { type: 'success', authProvisionId: account?.id })
      } else {
        await first.waitForURL(`${site}/done`)
      }
    },
  )
