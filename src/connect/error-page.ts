/** Owns the page of a failure that leaves nothing to fill in: what happened, what to do now, and the code to tell support. */
import { explain, type ConnectError } from './connect-errors.ts'
import { html } from '../platform/html.ts'
import type { Framing, Page } from './page.ts'
import { closeButton, pageHead, supportLine } from './page-parts.ts'
import type { Project } from './resolve-connection.ts'

export interface ErrorPageOptions {
  /** `anyone` where no token says otherwise: a frame that shows nothing could not be closed. */
  framing: Framing
  origins?: string
  project?: Project
}

/** Nothing of the project is shown unless its token was good. */
export function errorPage(error: ConnectError, { framing, origins = '[]', project }: ErrorPageOptions): Page {
  const { status, title, cause, nextStep, developer } = explain(error.code)
  return {
    status,
    title,
    framing,
    headers: error.headers,
    data: { page: 'error', origins, error: `${title}: ${cause}` },
    body: html`${pageHead('', title)}
      <div class="note failure">
        <p>${cause}</p>
        <p>${nextStep}</p>
      </div>
      ${
        developer &&
        html`<details>
          <summary>For the developer</summary>
          <p>${developer}</p>
        </details>`
      }
      <p class="code">Code: <code>${error.code}</code></p>
      <div class="actions">${closeButton(false)}</div>
      ${project && supportLine(project)}`,
  }
}
