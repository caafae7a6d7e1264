/** The consent page: nothing from outside becomes markup, and a real browser can use it, by keyboard, in dark and light, and go on. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openBrowser, skipBrowser } from '../../test/browser.ts'
import { testDatabases } from '../../test/databases.ts'
import { consentPage, problemPage } from './consent-page.ts'
import { startSandbox } from './sandbox-server.test.ts'

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&`

test('a hostile parameter stays text', () => {
  const request = { scopes: ['read', HOSTILE], redirectUri: HOSTILE, codeChallenge: null, state: HOSTILE }
  for (const { body, headers } of [consentPage(request), problemPage(HOSTILE)]) {
    assert.doesNotMatch(body, /<script|<img/)
    assert.ok(!body.includes(HOSTILE))
    assert.match(body, /&quot;&gt;&lt;script&gt;/)
    assert.match(headers['content-security-policy']!, /^default-src 'none'; style-src 'sha256-[^']+';/)
    assert.doesNotMatch(headers['content-security-policy']!, /unsafe|script-src/)
  }
})

test(
  'a browser finds it accessible, allows, and follows the callback to another origin',
  { skip: skipBrowser },
  async (t) => {
    const s = await startSandbox(t, testDatabases[0]!)
    const elsewhere = createServer((_request, response) => response.end('done')).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/done`
    const browser = await openBrowser()
    t.after(async () => {
      await browser.close()
      elsewhere.closeAllConnections()
      elsewhere.close()
    })
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    for (const colorScheme of ['dark', 'light'] as const) {
      // The page forbids scripts; the checker is let in, the page's own policy is tested above.
      const page = await browser.newPage({ colorScheme, width: 360, bypassCSP: true })
      await page.goto(`${s.address}/sandbox/oauth/authorize?${s.query()}`)
      await page.evaluate(axe)
      const found = await page.evaluate<string[]>('axe.run().then((r) => r.violations.map((v) => v.id))')
      assert.deepEqual(found, [])
      assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 360)
      await page.close()
    }
    const page = await browser.newPage({ javaScriptEnabled: false })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    s.onward.url = target
    await page.goto(`${s.address}/sandbox/oauth/authorize?${s.query()}`)
    await page.getByLabel('Grace Example').check()
    await page.getByLabel('See your name').uncheck()
    await page.getByRole('button', { name: 'Allow' }).press('Enter')
    await page.waitForURL(target)
    assert.deepEqual(complaints, [])
    const grants = await s.db.read.selectFrom('sandbox_grants').select(['person', 'scope']).execute()
    assert.deepEqual(grants, [{ person: 'grace', scope: 'read' }])
  },
)
