/** Owns every state of the Connect page, each with the way that leads to it: for the pictures and for the accessibility test. */
import type { Frame, Page } from 'playwright-core'
import { secretOf } from '../../src/connect/handover.ts'
import { en } from '../../src/connect/messages/en.ts'
import type { ConnectWorld } from './connect-world.ts'

export interface ConnectState {
  name: string
  userAgent?: string
  /** Returns where the Connect page is: the page itself, or its frame. */
  open(page: Page, world: ConnectWorld): Promise<Page | Frame>
}

const INSTAGRAM_ON_ANDROID =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 Instagram 350.0.0.41.91 Android'

const GOOD_KEY = 'acme_demo_key'

async function framed(page: Page, world: ConnectWorld, query: Record<string, string>): Promise<Frame> {
  await page.goto(world.framed(await world.page(query)))
  const frame = page.frames()[1]
  if (!frame) throw new Error('the site shows no frame')
  await frame.waitForSelector('main')
  return frame
}

async function connectKeys(page: Page): Promise<void> {
  await page.fill('#field-api_key', GOOD_KEY)
  await page.click('#submit')
  await page.waitForSelector('[data-page="connected"]')
}

const lastAccount = (world: ConnectWorld) =>
  world.app.db.read
    .selectFrom('accounts')
    .select('id')
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()

/** A link up to the provider; returns the id of its attempt. */
async function atProvider(page: Page, world: ConnectWorld): Promise<string> {
  await page.goto(await world.page({ app: 'acme' }))
  await page.click('#submit')
  await page.waitForURL(/sandbox\/oauth\/authorize/)
  const attempts = await world.app.db.read
    .selectFrom('connect_attempts')
    .select('id')
    .where('status', '=', 'started')
    .execute()
  return attempts.at(-1)?.id ?? ''
}

/** Makes result pages that end with a code, whatever would have led to it. */
export async function openFailures(
  page: Page,
  world: ConnectWorld,
): Promise<(code: string) => Promise<void>> {
  const id = await atProvider(page, world)
  return async (code) => {
    const end = { status: 'failed', error_code: code } as const
    await world.app.db.write((tx) =>
      tx.updateTable('connect_attempts').set(end).where('id', '=', id).execute(),
    )
    await page.goto(`${world.url}/connect/results/${id}`)
  }
}

export const failureCodes: readonly string[] = Object.keys(en.errors)

const failed = (code: string): ConnectState => ({
  name: `error-${code.replaceAll('_', '-')}`,
  async open(page, world) {
    const show = await openFailures(page, world)
    await show(code)
    return page
  },
})

export const errorStates: readonly ConnectState[] = failureCodes.map(failed)

export const connectStates: readonly ConnectState[] = [
  {
    name: 'picker',
    async open(page, world) {
      await page.goto(await world.page())
      return page
    },
  },
  {
    name: 'picker-found',
    async open(page, world) {
      await page.goto(await world.page())
      await page.fill('#q', 'no')
      return page
    },
  },
  {
    name: 'picker-nothing-found',
    async open(page, world) {
      await page.goto(await world.page({ q: 'zzz' }))
      return page
    },
  },
  {
    name: 'consent',
    async open(page, world) {
      await page.goto(await world.page({ app: 'github' }))
      return page
    },
  },
  {
    name: 'consent-in-detail',
    async open(page, world) {
      await page.goto(await world.page({ app: 'google_sheets' }))
      await page.click('summary')
      return page
    },
  },
  {
    name: 'consent-in-app',
    userAgent: INSTAGRAM_ON_ANDROID,
    async open(page, world) {
      await page.goto(await world.page({ app: 'slack_v2' }))
      return page
    },
  },
  {
    name: 'own-client',
    async open(page, world) {
      await page.goto(await world.page({ app: 'github', customOauthClient: 'true' }))
      return page
    },
  },
  {
    name: 'reconnect',
    async open(page, world) {
      await page.goto(await world.page({ app: 'acme_keys' }))
      await connectKeys(page)
      const { id } = await lastAccount(world)
      await page.goto(await world.page({ app: 'acme_keys', accountId: id }))
      return page
    },
  },
  {
    name: 'other-identity',
    async open(page, world) {
      await page.goto(await world.page({ app: 'acme_keys' }))
      await connectKeys(page)
      const { id } = await lastAccount(world)
      await page.goto(await world.page({ app: 'acme_keys', accountId: id }))
      await page.fill('#field-api_key', `${GOOD_KEY}_of_somebody_else`)
      await page.click('#submit')
      await page.waitForSelector('[data-page="choice"]')
      return page
    },
  },
  {
    name: 'other-device',
    async open(page, world) {
      await page.goto(await world.page({ app: 'slack_v2' }))
      await page.click('footer button')
      await page.waitForSelector('.qr')
      return page
    },
  },
  {
    name: 'other-device-number',
    async open(page, world) {
      await page.goto(await world.page({ app: 'slack_v2' }))
      await page.click('footer button')
      await page.waitForSelector('.qr')
      const handle = new URL(page.url()).pathname.split('/').at(-1) ?? ''
      await page.goto(`${world.url}/connect/handovers/${secretOf(handle)}`)
      return page
    },
  },
  {
    name: 'mixed',
    async open(page, world) {
      await page.goto(await world.page({ app: 'zendesk' }))
      return page
    },
  },
  {
    name: 'keys',
    async open(page, world) {
      await page.goto(await world.page({ app: 'acme_keys' }))
      return page
    },
  },
  {
    name: 'keys-refused',
    async open(page, world) {
      await page.goto(await world.page({ app: 'acme_keys' }))
      await page.fill('#field-api_key', 'wrong_key')
      await page.fill('#field-subdomain', 'zebra')
      await page.click('#submit')
      await page.waitForSelector('#failure:not([hidden])')
      return page
    },
  },
  {
    name: 'keys-at-fault',
    async open(page, world) {
      await page.goto(await world.page({ app: 'acme_keys' }))
      await page.evaluate('document.getElementById("connect").noValidate = true')
      await page.fill('#field-subdomain', 'Zebra Books!')
      await page.click('#submit')
      await page.waitForSelector('#failure:not([hidden])')
      return page
    },
  },
  {
    name: 'waiting',
    async open(page, world) {
      const frame = await framed(page, world, { app: 'acme' })
      const opening = page.waitForEvent('popup')
      await frame.click('#submit')
      await (await opening).close()
      await frame.waitForSelector('#waiting:not([hidden])')
      return frame
    },
  },
  {
    name: 'popup-blocked',
    async open(page, world) {
      await page.addInitScript('window.open = () => null')
      const frame = await framed(page, world, { app: 'acme' })
      await frame.click('#submit')
      await frame.waitForSelector('#waiting:not([hidden])')
      return frame
    },
  },
  {
    name: 'confirmation',
    async open(page, world) {
      const token = await world.token()
      const made = await fetch(`${world.url}/connect/attempts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: new URL(world.url).origin },
        body: JSON.stringify({ token, app: 'acme' }),
      })
      const { start_url: address } = (await made.json()) as { start_url: string }
      await page.goto(address)
      return page
    },
  },
  {
    name: 'finishing',
    async open(page, world) {
      const id = await atProvider(page, world)
      const change = { status: 'finishing' } as const
      await world.app.db.write((tx) =>
        tx.updateTable('connect_attempts').set(change).where('id', '=', id).execute(),
      )
      await page.goto(`${world.url}/connect/results/${id}`)
      return page
    },
  },
  {
    name: 'connected',
    async open(page, world) {
      await page.goto(await world.page({ app: 'acme_keys' }))
      await connectKeys(page)
      return page
    },
  },
  {
    name: 'connected-in-frame',
    async open(page, world) {
      const frame = await framed(page, world, { app: 'acme_keys' })
      await frame.fill('#field-api_key', GOOD_KEY)
      await frame.click('#submit')
      await frame.waitForSelector('.success')
      return frame
    },
  },
  {
    name: 'link-not-valid',
    async open(page, world) {
      await page.goto(`${world.url}/_static/connect.html?token=ctok_${'0'.repeat(32)}&app=acme`)
      return page
    },
  },
  {
    name: 'not-set-up',
    async open(page, world) {
      await page.goto(await world.page({ app: 'discord' }))
      await page.click('summary')
      return page
    },
  },
]
