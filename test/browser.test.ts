/** The browser of the tests: a real one, as wide and as dark as asked, that reaches this machine only. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openBrowser, skipBrowser } from './browser.ts'

test(
  'a page has the width and the colours asked for, and no way out of this machine',
  { skip: skipBrowser },
  async (t) => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<title>Here</title><script>document.cookie = "seen=1"</script>')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const browser = await openBrowser()
    t.after(async () => {
      await browser.close()
      server.closeAllConnections()
      server.close()
    })

    const page = await browser.newPage({ width: 360, colorScheme: 'dark' })
    await page.goto(`http://127.0.0.1:${port}/`)
    assert.equal(await page.title(), 'Here')
    assert.equal(await page.evaluate('innerWidth'), 360)
    assert.equal(await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches'), true)
    assert.equal((await page.context().cookies()).length, 1)

    const other = await browser.newPage()
    assert.equal(await other.evaluate('matchMedia("(prefers-color-scheme: dark)").matches'), false)
    assert.deepEqual(await other.context().cookies(), [], 'pages share no cookies')
    await assert.rejects(other.goto('http://192.0.2.1/'), /ERR_NAME_NOT_RESOLVED/)
    await assert.rejects(other.goto('http://example.com/'), /ERR_NAME_NOT_RESOLVED/)
  },
)

test('no Chromium is an error that says what to install', async () => {
  await assert.rejects(
    openBrowser({ CHROMIUM_PATH: '/nonexistent' }),
    /CHROMIUM_PATH=\/nonexistent.*apt-get install chromium/,
  )
})
