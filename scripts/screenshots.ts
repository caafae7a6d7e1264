/** Takes pictures of every state of the Connect page, on a phone and on a desk, in light and dark. Argument: the folder to write to. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openBrowser } from '../test/browser.ts'
import { connectStates, errorStates } from './screenshots/connect-states.ts'
import { openConnectWorld } from './screenshots/connect-world.ts'

const MAX_HEIGHT = 2000

const [folder, only] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('Usage: npm run screenshots -- <folder> [part of a name]\n')
  process.exit(2)
}
await mkdir(folder, { recursive: true })
const states = [...connectStates, ...errorStates].filter(({ name }) => name.includes(only ?? ''))
const world = await openConnectWorld()
const browser = await openBrowser()
let taken = 0
try {
  for (const width of [390, 1280])
    for (const colorScheme of ['light', 'dark'] as const)
      for (const { name, userAgent, open } of states) {
        const page = await browser.newPage({ width, colorScheme, ...(userAgent && { userAgent }) })
        await open(page, world)
        // A list of a hundred apps is as telling from its top.
        const height = await page.evaluate<number>('document.documentElement.scrollHeight')
        const path = join(folder, `${name}-${width}-${colorScheme}.png`)
        await page.screenshot({ path, fullPage: height < MAX_HEIGHT })
        await page.context().close()
        taken += 1
      }
} finally {
  await browser.close()
  await world.close()
}
process.stdout.write(`${taken} pictures in ${folder}\n`)
