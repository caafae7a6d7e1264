/** Owns the page of an answer that is being redeemed: asked for by whoever pressed twice, or went on before it was done. */
import { html } from '../platform/html.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'
import type { Page } from './page.ts'
import { pageHead, productName, supportLine } from './page-parts.ts'
import type { Project } from './resolve-connection.ts'
import type { Visit } from './visit.ts'

export const finishingPage = (
  visit: Visit,
  messages: Messages,
  app: { name: string; name_slug: string },
  project: Project,
): Page => {
  const { finishing } = messages
  const product = productName(project)
  return {
    status: 200,
    title: `${finishing.title} · ${product}`,
    messages,
    framing: 'nobody',
    data: { page: 'finishing', state: 'finishing' },
    reloads: true,
    body: html`${pageHead(visit, finishing.title, { app, project })}
      <p role="status" class="note">
        ${fill(finishing.text, { app: app.name, product: html`<strong>${product}</strong>` })}
      </p>
      ${supportLine(project, messages)}`,
  }
}
