/** Owns what a file of browser tests shares: one browser, and servers that end after the pages that use them. */
import { after, before, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { ensureWebBuilt } from '../src/bootstrap/build-web.ts'
import { createTestServer, type TestServer } from '../src/create-test-server.ts'
import { openBrowser, skipBrowser, type PageOptions, type TestBrowser } from './browser.ts'

/** For the top of the file. */
export function browserFile() {
  let browser: TestBrowser | undefined
  before(async () => {
    await ensureWebBuilt()
    if (!skipBrowser) browser = await openBrowser()
  })
  after(() => browser?.close())
  const pages = new Set<Page>()

  return {
    async openServer(t: TestContext): Promise<TestServer> {
      const server = await createTestServer()
      t.after(async () => {
        // Before the server: it waits for connections, of which a browser keeps spare ones.
        await Promise.all([...pages].map((page) => page.context().close()))
        pages.clear()
        await server.close()
      })
      return server
    },
    /** With cookies and connections of its own; closed with the server. */
    async openPage(options: PageOptions = {}): Promise<Page> {
      const page = await browser!.newPage(options)
      pages.add(page)
      return page
    },
  }
}

/** What the page of a developer's site was told by the frame, kept by it in `window.messages`. */
export const messagesOf = (page: Page) =>
  page.evaluate('window.messages') as Promise<Record<string, string>[]>

export const accountsOf = (server: TestServer) =>
  server.app.db.read.selectFrom('accounts').selectAll().execute()
