/** Owns the page of a failure that leaves nothing to fill in: what happened, what to do now, and the code to tell support. */
import { explain, type ConnectError } from './connect-errors.ts'
import { html } from '../platform/html.ts'
import type { Messages } from './messages/en.ts'
import type { Framing, Page } from './page.ts'
import { closeButton, codeLine, pageHead, supportLine } from './page-parts.ts'
import type { Project } from './resolve-connection.ts'
import type { Visit } from './visit.ts'

export interface ErrorPageOptions {
  messages: Messages
  /** `anyone` where no token says otherwise: a frame that shows nothing could not be closed. */
  framing: Framing
  origins?: string
  project?: Project
  /** At which an account was to be connected. */
  app?: { name_slug: string }
  /** Where it can be tried once more. */
  again?: string | undefined
  /** That the provider must know, where it may not. */
  callback?: string | undefined
}

/** Nothing of the project is shown unless its token was good. */
export function errorPage(visit: Visit, error: ConnectError, options: ErrorPageOptions): Page {
  const { messages, framing, origins = '[]', project, app, again, callback } = options
  const { status, title, cause, nextStep, developer } = explain(error.code, messages)
  const forDeveloper = explain(error.code)
  return {
    status,
    title,
    messages,
    framing,
    headers: error.headers,
    // The SDK hands it to the developer's program, which is to read the same words whatever the person reads.
    data: { page: 'error', origins, error: `${forDeveloper.title}: ${forDeveloper.cause}` },
    body: html`${pageHead(visit, title, { app, project })}
      <div class="note failure">
        <p>${cause}</p>
        <p>${nextStep}</p>
      </div>
      ${
        developer &&
        html`<details>
          <summary>${messages.failure.developer}</summary>
          <p class="quiet" lang="en" dir="ltr">${withCode(developer)}</p>
          ${
            callback &&
            html`<p class="quiet" lang="en" dir="ltr">
              The callback address to register at the provider is <code class="address">${callback}</code>
            </p>`
          }
        </details>`
      }
      ${codeLine(html`<code>${error.code}</code>`, messages)}
      <div class="actions">
        ${again && html`<a class="button main" href="${again}">${messages.failure.again}</a>`}
        ${error.newLink && html`<a class="button main" target="_top" href="${error.newLink}">${messages.failure.newLink}</a>`}
        ${closeButton(false, messages)}
      </div>
      ${project && supportLine(project, messages)}`,
  }
}

/** Odd parts stand between backticks. */
const withCode = (text: string) =>
  text.split('`').map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))
