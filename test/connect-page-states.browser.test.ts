/** Every state of the Connect page in a real browser: reachable by everybody, on any screen, light and dark, in either direction. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Frame, Page } from 'playwright-core'
import {
  connectStates,
  errorStates,
  failureCodes,
  openFailures,
  type ConnectState,
} from '../scripts/screenshots/connect-states.ts'
import { openConnectWorld, type ConnectWorld } from '../scripts/screenshots/connect-world.ts'
import { openBrowser, skipBrowser, type PageOptions, type TestBrowser } from './browser.ts'

const MAX_FIRST_LOAD_BYTES = 60_000
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = `{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }`

let browser: TestBrowser
let world: ConnectWorld
before(async () => {
  if (skipBrowser) return
  world = await openConnectWorld()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await world?.close()
})

/** Opens the state on a page of its own, looks, and says what is wrong with it. */
async function inspect(
  state: ConnectState,
  options: PageOptions,
  look: (where: Page | Frame, page: Page) => Promise<string[]>,
): Promise<string[]> {
  const page = await browser.newPage({
    ...options,
    ...(state.userAgent === undefined ? {} : { userAgent: state.userAgent }),
  })
  try {
    const where = await state.open(page, world)
    return (await look(where, page)).map((fault) => `${state.name}: ${fault}`)
  } finally {
    await page.context().close()
  }
}

async function axeFaults(where: Page | Frame): Promise<string[]> {
  // Reading it takes longer than its look at the page.
  if (!(await where.evaluate<boolean>(`'axe' in window`))) await where.evaluate(axe)
  return where.evaluate<string[]>(
    `axe.run(document, ${RULES}).then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html))`,
  )
}

/** What axe does not see. */
const layoutFaults = (where: Page | Frame) =>
  where.evaluate<string[]>(`(() => {
    const faults = []
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth) faults.push('is wider than the screen: ' + root.scrollWidth)
    if (!root.lang || !root.dir) faults.push('has no language or direction')
    if (document.querySelectorAll('h1').length !== 1) faults.push('has not one h1')
    for (const part of document.querySelectorAll('button, .button, summary, input:not([type=hidden]), select, .apps a')) {
      const box = part.getBoundingClientRect()
      if (box.height === 0 || part.type === 'radio') continue
      if (box.height < 44) faults.push(part.outerHTML.slice(0, 60) + ' is lower than a thumb: ' + box.height)
      if (/INPUT|SELECT/.test(part.tagName) && parseFloat(getComputedStyle(part).fontSize) < 16)
        faults.push(part.id + ' makes iOS zoom')
    }
    return faults
  })()`)

/** From right to left, what began at the left begins at the right. */
const turnedFaults = (where: Page | Frame) =>
  where.evaluate<string[]>(`(() => {
    const title = document.querySelector('h1').getBoundingClientRect()
    const range = document.createRange()
    range.selectNodeContents(document.querySelector('h1'))
    const [product, app] = [...document.querySelectorAll('.logo')].map((logo) => logo.getBoundingClientRect())
    const isTurned = Math.abs(range.getBoundingClientRect().right - title.right) < 2
    return isTurned && (!app || product.left > app.left) ? [] : ['does not begin at the right']
  })()`)

const LOOKS = [
  [390, 'light'],
  [390, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
] as const

const everything = async (where: Page | Frame) => [
  ...(await axeFaults(where)),
  ...(await layoutFaults(where)),
]

for (const state of [...connectStates, ...errorStates.slice(0, 1)])
  test(
    `nothing keeps anybody out: ${state.name}, on phone and desk, light and dark`,
    { skip: skipBrowser },
    async () => {
      const faults = await inspect(state, { width: 390, reducedMotion: 'reduce' }, async (where, page) => {
        const found: string[] = []
        for (const [width, colorScheme] of LOOKS) {
          await page.setViewportSize({ width, height: 800 })
          await page.emulateMedia({ colorScheme })
          const at = (fault: string) => `${width} ${colorScheme}: ${fault}`
          found.push(...(await axeFaults(where)).map(at), ...(await layoutFaults(where)).map(at))
        }
        // 1280 pixels at 400 % are 320 of the page's own.
        await page.setViewportSize({ width: 320, height: 800 })
        found.push(...(await layoutFaults(where)))
        await where.evaluate(`document.documentElement.dir = 'rtl'`)
        found.push(...(await layoutFaults(where)), ...(await turnedFaults(where)))
        // The text alone, at 200 %.
        await page.setViewportSize({ width: 390, height: 800 })
        await where.evaluate(`document.documentElement.style.fontSize = '200%'`)
        return [...found, ...(await layoutFaults(where))]
      })
      assert.deepEqual(faults, [])
    },
  )

test('nor out of the page of any failure', { skip: skipBrowser }, async () => {
  const page = await browser.newPage({ width: 390, reducedMotion: 'reduce' })
  const show = await openFailures(page, world)
  for (const code of failureCodes) {
    await show(code)
    assert.match((await page.textContent('main')) ?? '', new RegExp(`Code: ${code}`))
    assert.deepEqual(await everything(page), [], code)
  }
  await page.context().close()
})

test('the look finds what is wrong', { skip: skipBrowser }, async () => {
  const [picker] = connectStates
  assert.ok(picker)
  const faults = await inspect(picker, { width: 390 }, async (where) => {
    await where.evaluate(`
      document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="data:,"><input id="tiny"><hr id="wide">')
      // The page's policy forbids styles written into it, not those of a script.
      Object.assign(document.getElementById('tiny').style, { fontSize: '12px', height: '20px', minHeight: '0' })
      document.getElementById('wide').style.width = '900px'
      document.documentElement.lang = ''
    `)
    return everything(where)
  })
  for (const expected of [
    'image-alt',
    'html-has-lang',
    'label',
    'lower than a thumb',
    'makes iOS zoom',
    'wider than',
  ])
    assert.ok(faults.join('\n').includes(expected), `${expected} is overlooked:\n${faults.join('\n')}`)
})

test('the first load is small', { skip: skipBrowser }, async (t) => {
  for (const [name, query] of Object.entries({
    picker: {},
    consent: { app: 'google_sheets' },
    keys: { app: 'acme_keys' },
  })) {
    const page = await (await fetch(await world.page(query))).text()
    const files = [...page.matchAll(/(?:src|href)="(\/_static\/assets\/[^"]+)"/g)].map(([, path]) => path)
    assert.equal(files.length, 2)
    let bytes = gzipSync(page).length
    for (const file of files)
      bytes += gzipSync(Buffer.from(await (await fetch(`${world.url}${file}`)).arrayBuffer())).length
    t.diagnostic(`${name}: ${bytes} bytes compressed`)
    assert.ok(bytes < MAX_FIRST_LOAD_BYTES, `${name}: ${bytes}`)
  }
})

test('an app is found and keys are connected by keyboard alone', { skip: skipBrowser }, async () => {
  const page = await browser.newPage({ width: 1280 })
  await page.goto(await world.page())
  const focused = () =>
    page.evaluate<string>('document.activeElement.id || document.activeElement.textContent')
  const tabTo = async (id: string) => {
    for (let i = 0; i < 20 && (await focused()) !== id; i++) await page.keyboard.press('Tab')
    assert.equal(await focused(), id)
    const outline = await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)
    assert.equal(outline, 'solid', 'the focus is seen')
  }
  await tabTo('q')
  await page.keyboard.type('acme m')
  assert.equal(await page.locator('#apps li:visible').count(), 1)
  await page.keyboard.press('ArrowDown')
  assert.match(await focused(), /Acme Metrics/)
  await page.keyboard.press('Enter')
  await page.waitForSelector('#field-api_key')
  await tabTo('field-api_key')
  await page.keyboard.type('wrong_key')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#failure:not([hidden])')
  assert.equal(await focused(), 'failure', 'and is heard')
  assert.equal(await page.inputValue('#field-api_key'), 'wrong_key', 'what was typed is still there')
  await tabTo('field-api_key')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('acme_demo_key')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-page="connected"]')
  assert.match((await page.textContent('main')) ?? '', /Your Acme Metrics account .* is now connected/)
  await page.context().close()
})

test(
  'without script: the search is a form, and a refused key brings the form back',
  { skip: skipBrowser },
  async () => {
    const page = await browser.newPage({ width: 390, javaScriptEnabled: false })
    await page.goto(await world.page({ lang: 'de' }))
    await page.fill('#q', 'acme m')
    await page.click('#find')
    assert.equal(await page.locator('#apps li').count(), 1)
    assert.equal(await page.locator('html').getAttribute('lang'), 'de')
    await page.click('#apps a')
    await page.fill('#field-api_key', 'wrong_key')
    await page.fill('#field-subdomain', 'zebra')
    assert.equal(await page.locator('.tool:visible').count(), 0, 'no button that does nothing')
    await page.click('#submit')
    assert.match((await page.textContent('#failure')) ?? '', /Die Schlüssel wurden abgelehnt.*keys_refused/s)
    assert.equal(await page.inputValue('#field-subdomain'), 'zebra')
    await page.fill('#field-api_key', 'acme_demo_key')
    await page.click('#submit')
    assert.match((await page.textContent('main')) ?? '', /ist jetzt mit Zebra Books verbunden/)
    await page.context().close()
  },
)

test(
  'a secret is pasted and shown by a button, and hidden again when it is sent',
  { skip: skipBrowser },
  async () => {
    const page = await browser.newPage({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.goto(await world.page({ app: 'acme_keys' }))
    await page.evaluate(`navigator.clipboard.writeText('  acme_pasted \\n')`)
    await page.getByRole('button', { name: 'Paste API key' }).click()
    await page.waitForFunction(`document.getElementById('field-api_key').value === 'acme_pasted'`)
    const type = () => page.getAttribute('#field-api_key', 'type')
    assert.equal(await type(), 'password')
    await page.getByRole('button', { name: 'Show API key' }).click()
    assert.equal(await type(), 'text')
    await page.getByRole('button', { name: 'Hide API key' }).click()
    assert.equal(await type(), 'password')
    await page.getByRole('button', { name: 'Show API key' }).click()
    await page.click('#submit')
    await page.waitForFunction(
      `!document.getElementById('field-api_key') || document.getElementById('field-api_key').type === 'password'`,
    )
    await page.waitForSelector('[data-page="connected"]')
    await page.context().close()
  },
)

test(
  'inside another app the address keeps its token, for the way out; elsewhere it goes',
  { skip: skipBrowser },
  async () => {
    const inApp = connectStates.find(({ name }) => name === 'consent-in-app')
    const consent = connectStates.find(({ name }) => name === 'consent')
    assert.ok(inApp && consent)
    const look = async (where: Page | Frame) => [where.url()]
    const [kept] = await inspect(inApp, { width: 390 }, look)
    assert.match(kept ?? '', /token=ctok_/)
    const [left] = await inspect(consent, { width: 390 }, look)
    assert.doesNotMatch(left ?? '', /ctok_/)
  },
)
