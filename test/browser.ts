/** A real Chromium for the tests of the pages; it can reach this machine and nothing else. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { BrowserContextOptions, Page } from 'playwright-core'

const MAC_CHROME = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const FLAGS = [
  '--no-sandbox', // it does not start as root, nor in most containers
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1, EXCLUDE ::1',
]

/** For `test(name, { skip: skipBrowser }, …)`: only an explicit wish skips, and never in CI. */
export const skipBrowser: string | false =
  process.env['HEADGATE_TEST_BROWSER'] === 'skip' &&
  process.env['CI'] !== 'true' &&
  'HEADGATE_TEST_BROWSER=skip'

export interface PageOptions extends Omit<BrowserContextOptions, 'viewport'> {
  /** CSS pixels; 360 is a small phone. */
  width?: number
}

export interface TestBrowser {
  /** A page with cookies and storage of its own. */
  newPage(options?: PageOptions): Promise<Page>
  close(): Promise<void>
}

/** Starts Chromium with an empty profile. Throws, with what to install, where there is none. */
export async function openBrowser(env: NodeJS.ProcessEnv = process.env): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: findChromium(env),
    args: FLAGS,
    // Its handlers would keep a hung test file alive; Chromium ends by itself when the file that started it does.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  return {
    newPage: ({ width = 1280, ...options } = {}) =>
      browser.newPage({ ...options, viewport: { width, height: 800 } }),
    close: () => browser.close(),
  }
}

function findChromium(env: NodeJS.ProcessEnv): string {
  const wanted = env['CHROMIUM_PATH']
  const folders = ['/usr/bin', ...(env['PATH'] ?? '').split(delimiter)]
  const usual = [...PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program))), MAC_CHROME]
  const found = (wanted ? [wanted] : usual).find(isExecutable)
  if (found) return found
  throw new Error(
    `No Chromium for the browser tests${wanted ? ` at CHROMIUM_PATH=${wanted}` : ''}. Install it (Debian: apt-get ` +
      'install chromium), or set CHROMIUM_PATH, or skip these tests by HEADGATE_TEST_BROWSER=skip.',
  )
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
