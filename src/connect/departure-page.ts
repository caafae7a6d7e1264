/** Owns the two pages between ours and somebody else's: the question before a popup leaves, and the way on after keys were stored. */
import { html } from '../platform/html.ts'
import type { Page } from './page.ts'
import { pageHead, productName, providerTargets, supportLine } from './page-parts.ts'
import type { Project } from './resolve-connection.ts'

/**
 * Shown when the address of a start was not opened by our own page: somebody may have sent it, hoping for an account that connects
 * itself. So it names who asks, as the Connect page does, and waits for a click.
 */
export const confirmationPage = (
  basePath: string,
  handle: string,
  app: { name: string; name_slug: string },
  project: Project,
  authorizeUrl: string,
): Page => {
  const title = `Connect your ${app.name} account`
  return {
    status: 200,
    title: `${title} · ${productName(project)}`,
    framing: 'nobody',
    formTargets: providerTargets(authorizeUrl),
    data: { page: 'confirmation' },
    body: html`${pageHead(basePath, title, app)}
      <p><strong>${productName(project)}</strong> asks to connect your ${app.name} account.</p>
      <p>Continue only if you have just asked for this yourself.</p>
      <form method="post" action="${basePath}/connect/attempts/${handle}/start">
        <div class="actions"><button type="submit" class="main">Continue to ${app.name}</button></div>
      </form>
      ${supportLine(project)}`,
  }
}

/** A page that refreshes and no redirect: the form with the keys may lead nowhere but here (`form-action 'self'`). */
export const onwardPage = (basePath: string, address: string, app: { name_slug: string }): Page => ({
  status: 200,
  title: 'Connected',
  framing: 'nobody',
  refreshTo: address,
  data: { page: 'onward' },
  body: html`${pageHead(basePath, 'Connected', app)}
    <p><a class="button" href="${address}">Continue</a></p>`,
})
