/** Owns the pieces that several pages show: the head with the app's picture, notes of failure, the way out. */
import type { ConnectError } from './connect-errors.ts'
import { explain } from './connect-errors.ts'
import { html, type Html } from '../platform/html.ts'
import type { Framing } from './page.ts'
import type { ConnectToken } from './require-token.ts'
import type { Project } from './resolve-connection.ts'
import { shownName } from './shown-name.ts'

/** The name that the person knows the developer's product by. */
export const productName = (project: Project): string => shownName(project.app_name ?? project.name)

/** decisions 3.8: a list of origins binds; without one the project may forbid framing, else it is allowed. */
export function framingOf(token: ConnectToken, project: Project): Framing {
  if (token.allowedOrigins?.length) return token.allowedOrigins
  return project.allowed_origins_required_at === null ? 'anyone' : 'nobody'
}

/** Where the page's script may send its messages; empty: to the one page that frames it. */
export const originsData = (token: ConnectToken): string => JSON.stringify(token.allowedOrigins ?? [])

/** `basePath`: see `renderPage`. */
export const pageHead = (basePath: string, title: string, app?: { name_slug: string }): Html =>
  html`<header class="head">
    ${app && html`<img class="logo" src="${basePath}/_static/apps/${app.name_slug}.svg" alt="" width="56" height="56" />`}
    <h1>${title}</h1>
  </header>`

/** A failure on top of a form that can be sent again. Always there, so that a screen reader hears it when the script fills it in. */
export function failureNote(error: ConnectError | undefined): Html {
  const { title, cause, nextStep } = error ? explain(error.code) : { title: '', cause: '', nextStep: '' }
  return html`<div class="note failure" id="failure" role="alert" tabindex="-1" ${!error && html`hidden`}>
    <strong id="failure-title">${title}</strong>
    <p id="failure-text">${error && `${cause} ${nextStep}`}</p>
    <p class="code">Code: <code id="failure-code">${error?.code}</code></p>
  </div>`
}

/** Only the script can close the frame, so it shows the button. */
export const closeButton = (hideClose: boolean): Html | false =>
  !hideClose && html`<button type="button" class="plain" id="close" hidden>Cancel</button>`

export const supportLine = (project: Project): Html | false =>
  project.support_email !== null &&
  html`<p class="quiet">
    Questions?
    <a href="mailto:${encodeURIComponent(project.support_email).replace('%40', '@')}"
      >${project.support_email}</a
    >
  </p>`

/**
 * Chromium holds `form-action` against every redirect after a form, and a consent screen sends people on to log-in hosts that nobody
 * can list. So a form that leads there may end at any https address; the one that carries keys may not.
 */
export function providerTargets(authorizeUrl: string): string[] {
  const local = /^http:\/\/[^/{]+/.exec(authorizeUrl)?.[0]
  return ['https:', ...(local === undefined ? [] : [local])]
}
