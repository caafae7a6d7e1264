/**
 * Takes the pictures of the README's tour: connecting GitHub with one's own OAuth app, in a real browser against a real server. GitHub itself is a
 * double on this machine under its real addresses; its screen says so. Argument: the folder to write to; without one, docs/images/tour.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openBrowser } from '../test/browser.ts'
import { client, github } from '../test/doubles/github.ts'
import { runDouble } from '../test/doubles/double.ts'
import { openConnectWorld } from './screenshots/connect-world.ts'

const folder = process.argv[2] ?? join(import.meta.dirname, '../docs/images/tour')
const SIZE = { width: 390, height: 700 }

const ends: (() => unknown)[] = []
const atEnd = { after: (end?: unknown) => void ends.push(end as () => unknown) }
const world = await openConnectWorld({ github: client })
const browser = await openBrowser()
try {
  const { double } = github()
  const running = await runDouble(atEnd, double)
  world.app.egress = running.lead(world.app.egress)
  await mkdir(folder, { recursive: true })
  const page = await browser.newPage({ width: SIZE.width })
  await page.setViewportSize(SIZE)
  await standIn(page)

  await page.goto(await world.page({ app: 'github' }))
  await page.screenshot({ path: join(folder, '1-who-asks.png') })
  await page.locator('#submit').click()
  await page.waitForURL(/^https:\/\/github\.com\//)
  await page.screenshot({ path: join(folder, '2-at-the-provider.png') })
  await page.getByRole('link', { name: 'Authorize' }).click()
  await page.waitForURL(/\/connect\/results\//)
  await page.screenshot({ path: join(folder, '3-connected.png') })
  process.stdout.write(`3 pictures in ${folder}\n`)

  /** GitHub's consent screen as far as a tour needs it. */
  async function standIn(page: Page): Promise<void> {
    await page.route('https://github.com/**', (route) => {
      const back = double.consent?.(new URL(route.request().url()), {})
      return route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><meta name="viewport" content="width=device-width"><title>github.com</title>
          <style>body{font:16px system-ui;max-width:20rem;margin:4rem auto;padding:0 1rem;text-align:center;color:#24292f}
          a{display:block;padding:.8rem;margin-top:2rem;background:#1f883d;color:#fff;border-radius:.4rem;text-decoration:none}
          small{color:#57606a}</style>
          <h1>github.com</h1><p><b>Zebra Books</b> would like access to your account.</p>
          <a href="${back?.href.replaceAll('&', '&amp;') ?? ''}">Authorize</a>
          <p><small>A stand-in: this picture was taken without the internet.</small></p>`,
      })
    })
  }
} finally {
  await browser.close()
  for (const end of ends.toReversed()) await end()
  await world.close()
}
