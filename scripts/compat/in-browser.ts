/** Owns the checks of the 3.x SDK's browser client where it belongs: in Chromium, its iframe over local TLS, its callbacks heard. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import type { TestServer } from '../../src/create-test-server.ts'
import { openBrowser } from '../../test/browser.ts'
import type { Check } from './checks.ts'
import { SDK } from './install-sdk.ts'
import type { ServerModule } from './sdk3.ts'

/** What the page's callbacks heard, in order. */
type Heard = [name: 'success' | 'error' | 'close', argument: Record<string, unknown>][]

const USER = 'iframe user'

/** `place`: the folder that the SDK was installed into. */
export async function checkInBrowser(
  place: string,
  { PipedreamClient }: ServerModule,
  server: TestServer,
  check: Check,
): Promise<void> {
  const { clientId, clientSecret, projectId, url: baseUrl } = server
  const backend = new PipedreamClient({
    clientId,
    clientSecret,
    projectId,
    baseUrl,
    projectEnvironment: 'development',
  })
  const bundle = await bundleSdk(place)
  const site = await serveSite(bundle, async (origin) => {
    const { token, expiresAt } = await backend.tokens.create({
      externalUserId: USER,
      allowedOrigins: [origin],
    })
    return { token, expiresAt }
  })
  const browser = await openBrowser()

  /** Opens the developer's site, calls `connectAccount`, and gives the person's hands over. */
  const connect = async (
    options: object,
    use: (page: Page) => Promise<void>,
    { path = '/', before }: { path?: string; before?: (page: Page) => Promise<unknown> } = {},
  ): Promise<Heard> => {
    const page = await browser.newPage({ ignoreHTTPSErrors: true })
    try {
      await before?.(page)
      await page.goto(site.origin + path)
      await page.evaluate(`window.connect(${JSON.stringify({ baseUrl, options, user: USER })})`)
      await use(page)
      await page.waitForFunction('window.heard.some(([name]) => name === "close")')
      assert.equal(await page.locator('iframe').count(), 0, 'the iframe is still on the screen')
      return (await page.evaluate('window.heard')) as Heard
    } finally {
      await page.context().close()
    }
  }
  const frameOf = (page: Page) => page.frameLocator('iframe')
  const signIn = async (page: Page) => {
    const opening = page.context().waitForEvent('page')
    await frameOf(page).locator('#submit').click()
    await (await opening).getByRole('button', { name: 'Allow' }).click()
    // Two windows for one attempt: one of them would be turned away.
    assert.equal(page.context().pages().length, 2)
  }
  const assertConnected = (heard: Heard) => {
    assert.deepEqual(
      heard.map(([name]) => name),
      ['success', 'close'],
    )
    assert.match(String(heard[0]?.[1]['id']), /^apn_/)
    assert.deepEqual(heard[1]?.[1], { successful: true, completed: true })
  }

  try {
    await check('connectAccount: signing in', async () => {
      assertConnected(await connect({ app: 'acme' }, signIn))
    })
    await check('connectAccount: signing in, page with COOP same-origin', async () => {
      assertConnected(await connect({ app: 'acme' }, signIn, { path: '/coop' }))
    })
    await check('connectAccount: keys', async () => {
      const heard = await connect({ app: 'acme_keys' }, async (page) => {
        await frameOf(page).getByLabel('API key', { exact: true }).fill('acme_demo_key')
        await frameOf(page).locator('#submit').click()
      })
      assertConnected(heard)
    })
    await check('connectAccount: reconnecting', async () => {
      const { data } = await backend.accounts.list({ externalUserId: USER, app: 'acme' })
      const accountId = data[0]?.id
      const heard = await connect({ app: 'acme', accountId }, signIn)
      assertConnected(heard)
      assert.equal(heard[0]?.[1]['id'], accountId)
    })
    await check('connectAccount: closed after load', async () => {
      const heard = await connect({ app: 'acme' }, (page) => frameOf(page).locator('#close').click())
      assert.deepEqual(heard, [['close', { successful: false, completed: false }]])
    })
    await check('connectAccount: closed before load', async () => {
      let letLoad = () => {}
      const held = new Promise<void>((resolve) => (letLoad = resolve))
      const holdPicture = (page: Page) =>
        page.route('**/_static/apps/*.svg', async (route) => {
          await held
          await route.continue()
        })
      const close = async (page: Page) => {
        await frameOf(page).locator('#close').click()
        letLoad()
      }
      const heard = await connect({ app: 'acme' }, close, { before: holdPicture })
      assert.deepEqual(heard, [['close', { successful: false, completed: false }]])
    })
    await check('connectAccount: refused at the provider', async () => {
      const heard = await connect({ app: 'acme' }, async (page) => {
        const opening = page.context().waitForEvent('page')
        await frameOf(page).locator('#submit').click()
        await (await opening).getByRole('button', { name: 'Deny' }).click()
        await frameOf(page).locator('#failure').waitFor({ state: 'visible' })
        await frameOf(page).locator('#close').click()
      })
      assert.deepEqual(heard.at(-1), ['close', { successful: false, completed: heard.length > 1 }])
    })
    await check('accounts.list, from the browser', async () => {
      const page = await browser.newPage({ ignoreHTTPSErrors: true })
      await page.goto(site.origin)
      const listed = await page.evaluate(`window.list(${JSON.stringify({ baseUrl, user: USER })})`)
      assert.ok((listed as unknown[]).length >= 2)
      await page.context().close()
    })
  } finally {
    await browser.close()
    site.close()
  }
}

/** One script: the SDK, and what the tests call in the page. */
async function bundleSdk(place: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      resolveDir: place,
      contents: `
        import { createFrontendClient } from '${SDK}/browser'
        const client = ({ baseUrl, user }) => createFrontendClient({
          baseUrl, frontendHost: new URL(baseUrl).host, externalUserId: user,
          tokenCallback: async () => {
            const { token, expiresAt } = await (await fetch('/token')).json()
            return { token, expiresAt: new Date(expiresAt) }
          },
        })
        window.heard = []
        const hear = (name) => (argument) => window.heard.push([name, { ...argument, ...(argument?.message ? { message: argument.message } : {}) }])
        window.connect = ({ options, ...where }) => client(where).connectAccount({
          ...options, onSuccess: hear('success'), onError: hear('error'), onClose: hear('close'),
        })
        window.list = async (where) => (await client(where).accounts.list()).data`,
    },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]!.text
}

/** A developer's site on loopback: its page, its script, and its server's own token address. */
async function serveSite(script: string, newToken: (origin: string) => Promise<object>) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', origin)
    void (async () => {
      if (pathname === '/script.js')
        return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
      if (pathname === '/token') return response.end(JSON.stringify(await newToken(origin)))
      const headers = {
        'content-type': 'text/html',
        ...(pathname === '/coop' ? { 'cross-origin-opener-policy': 'same-origin' } : {}),
      }
      return response
        .writeHead(200, headers)
        .end('<!doctype html><title>Site</title><script src="/script.js"></script>')
    })().catch((error: unknown) => response.writeHead(500).end(String(error)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
