/** Owns both screens of a hand-over: the one with the code, which waits, and the one that has scanned it. */
import type { App } from '../app.ts'
import { findTokenByDigest } from '../connect-tokens/usable-token.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { html, type Html } from '../platform/html.ts'
import { ConnectError } from './connect-errors.ts'
import { numbersOf, openHandedOver, requireUnopened, secretOf, type HandedOver } from './handover.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'
import type { Page } from './page.ts'
import { closeButton, framingOf, originsData, pageHead, productName, supportLine } from './page-parts.ts'
import { isPreviewBot } from './preview-bot.ts'
import { previewPage } from './preview-page.ts'
import { qrCode } from './qr-code.ts'
import { type ConnectToken, expired } from './require-token.ts'
import { tenantOf, type Project } from './resolve-connection.ts'
import { connectedPage } from './result-page.ts'
import { findConnected, findHandover, type HandoverRow } from './store.ts'
import { messagesFor, type Visit } from './visit.ts'

type Needs = Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'projects'>

/**
 * The first screen, as things stand; or, when all is done and no page frames it, the developer's own address.
 * @throws ConnectError `handover_unknown`, `token_invalid` or `token_expired`
 */
export async function waitingPage(
  app: Needs,
  visit: Visit,
  handle: string,
  isFramed: boolean,
): Promise<Page | string> {
  const secret = secretOf(handle)
  const row = await findHandover(app.db.read, digest(secret))
  const token = row && (await findTokenByDigest(app, row.connect_token_digest))
  if (!row || !token) throw new ConnectError('handover_unknown')
  const { project } = await tenantOf(app, token)
  const asked = openHandedOver(app.vault, row)
  const messages = messagesFor(visit, asked.lang)
  if (token.consumed_at !== null) return done(app, visit, messages, token, project, isFramed)
  const now = app.clock.now()
  if (token.expires_at <= now && row.opened_at === null) throw expired(token)
  const { handover } = messages
  const isVoid = row.expires_at <= now
  const state = isVoid ? 'void' : row.opened_at === null ? 'unopened' : 'opened'
  return {
    status: 200,
    title: `${handover.offer} · ${productName(project)}`,
    messages,
    framing: framingOf(token, project),
    data: { page: 'handover', origins: originsData(token), state },
    reloads: !isVoid,
    body: html`${pageHead(visit, handover.offer, { project })}
    ${state === 'unopened' && code(`${visit.publicUrl}/connect/handovers/${secret}`, row, messages)}
    ${state === 'opened' && html`<p role="status" class="note">${handover.opened}</p>`}
    ${state === 'void' && html`<p role="status" class="note">${messages.errors.handover_unknown.cause}</p>`}
    ${handoverForm(visit, asked, handover.renew)} ${closeButton(asked.hideClose === 'true', messages)}
    ${supportLine(project, messages)}`,
  }
}

const code = (address: string, { number }: HandoverRow, { handover }: Messages): Html =>
  html`<p>${handover.scan}</p>
    ${qrCode(address, handover.picture)}
    <p>${handover.number} <strong class="number">${number}</strong></p>
    <p class="quiet">${handover.waiting}</p>`

/** The button that makes a code; a later one makes an earlier one void. */
export const handoverForm = (
  { basePath }: Visit,
  asked: Partial<Record<keyof HandedOver, string | undefined>>,
  text: string,
): Html =>
  html`<form method="post" action="${basePath}/connect/handovers">
    ${Object.entries(asked).flatMap(([name, value]) =>
      value ? [html`<input type="hidden" name="${name}" value="${value}" />`] : [],
    )}
    <button type="submit" class="plain">${text}</button>
  </form>`

async function done(
  app: Needs,
  visit: Visit,
  messages: Messages,
  token: ConnectToken,
  project: Project,
  isFramed: boolean,
): Promise<Page | string> {
  const { success_redirect_uri: onward } = token.options
  if (!isFramed && onward !== null) return onward
  const account = await findConnected(app.db.read, token.account_id)
  const slug = account?.app_slug ?? token.app_slug ?? ''
  return connectedPage({
    visit,
    messages,
    app: { name: app.catalog.current.find(slug)?.name ?? slug, name_slug: slug },
    accountName: account?.name ?? null,
    project,
    framing: framingOf(token, project),
    origins: originsData(token),
    ...(token.account_id === null ? {} : { accountId: token.account_id }),
  })
}

/** The other screen, before anything is opened: who asks, and which number the first screen shows. @throws ConnectError `handover_unknown` */
export async function numbersPage(app: Needs, visit: Visit, secret: string): Promise<Page> {
  const row = await requireUnopened(app, secret)
  const token = await findTokenByDigest(app, row.connect_token_digest)
  if (!token) throw new ConnectError('handover_unknown')
  const { project } = await tenantOf(app, token)
  const messages = messagesFor(visit, openHandedOver(app.vault, row).lang)
  if (isPreviewBot(visit.userAgent)) return previewPage(visit, messages, project)
  const { handover } = messages
  const product = html`<strong>${productName(project)}</strong>`
  return {
    status: 200,
    title: `${handover.which} · ${productName(project)}`,
    messages,
    framing: 'nobody',
    data: { page: 'numbers' },
    body: html`${pageHead(visit, handover.which, { project })}
      <p>${fill(handover.onlyIf, { product })}</p>
      <form method="post" action="${visit.basePath}/connect/handovers/${secret}">
        <div class="numbers">
          ${numbersOf(secret, row.number).map(
            (number) => html`<button type="submit" name="number" value="${number}">${number}</button>`,
          )}
        </div>
        <button type="submit" class="plain" name="number" value="none">${handover.none}</button>
      </form>
      ${supportLine(project, messages)}`,
  }
}
