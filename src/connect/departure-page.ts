/** Owns the two pages between ours and somebody else's: the question before a popup leaves, and the way on after keys were stored. */
import { html } from '../platform/html.ts'
import type { Messages } from './messages/en.ts'
import { fillText } from './messages/fill.ts'
import type { Page } from './page.ts'
import { asks, pageHead, productName, providerTargets, supportLine } from './page-parts.ts'
import type { Project } from './resolve-connection.ts'
import type { Visit } from './visit.ts'

/**
 * Shown when the address of a start was not opened by our own page: somebody may have sent it, hoping for an account that connects
 * itself. So it names who asks, as the Connect page does, and waits for a click.
 */
export const confirmationPage = (
  visit: Visit,
  messages: Messages,
  handle: string,
  app: { name: string; name_slug: string },
  project: Project,
  authorizeUrl: string,
): Page => {
  const { common, confirmation } = messages
  const title = fillText(common.connectYour, { app: app.name })
  return {
    status: 200,
    messages,
    title: `${title} · ${productName(project)}`,
    framing: 'nobody',
    formTargets: providerTargets(authorizeUrl),
    data: { page: 'confirmation' },
    body: html`${pageHead(visit, title, { app, project })} ${asks(common.asks, project, app.name)}
      <p>${confirmation.onlyIf}</p>
      <form method="post" action="${visit.basePath}/connect/attempts/${handle}/start">
        <div class="actions">
          <button type="submit" class="main">${fillText(common.continueTo, { app: app.name })}</button>
        </div>
      </form>
      ${supportLine(project, messages)}`,
  }
}

/** A page that refreshes and no redirect: the form with the keys may lead nowhere but here (`form-action 'self'`). */
export const onwardPage = (
  visit: Visit,
  messages: Messages,
  address: string,
  app: { name_slug: string },
  project: Project,
  title: string,
): Page => {
  return {
    status: 200,
    messages,
    title,
    framing: 'nobody',
    refreshTo: address,
    data: { page: 'onward' },
    body: html`${pageHead(visit, title, { app, project })}
      <div class="actions"><a class="button main" href="${address}">${messages.common.continue}</a></div>`,
  }
}
