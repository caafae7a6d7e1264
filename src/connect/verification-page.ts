/** Owns the page of a connection that waits for the developer's server: its word on whose account this is has not come yet. */
import { html } from '../platform/html.ts'
import type { Messages } from './messages/en.ts'
import { fill, fillText } from './messages/fill.ts'
import type { Page } from './page.ts'
import { pageHead, productName, supportLine } from './page-parts.ts'
import type { Project } from './resolve-connection.ts'
import type { Visit } from './visit.ts'

export const verificationPage = (
  visit: Visit,
  messages: Messages,
  app: { name_slug: string },
  project: Project,
  verifierAddress: string,
): Page => {
  const { verification } = messages
  const product = productName(project)
  return {
    status: 200,
    title: `${verification.title} · ${product}`,
    messages,
    framing: 'nobody',
    data: { page: 'verification', state: 'verifying' },
    reloads: true,
    body: html`${pageHead(visit, verification.title, { app, project })}
      <p role="status">${fill(verification.confirms, { product: html`<strong>${product}</strong>` })}</p>
      <div class="actions">
        <a class="button main" href="${verifierAddress}">${fillText(verification.continueAt, { product })}</a>
      </div>
      ${supportLine(project, messages)}`,
  }
}
