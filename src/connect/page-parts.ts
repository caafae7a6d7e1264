/** Owns the pieces that several pages show: the head with its pictures, notes of failure, the way out. */
import { monogram } from '../apps/monogram.ts'
import { html, type Html } from '../platform/html.ts'
import { explain, type ConnectError } from './connect-errors.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'
import type { Framing } from './page.ts'
import type { ConnectToken } from './require-token.ts'
import type { Project } from './resolve-connection.ts'
import { shownName } from './shown-name.ts'
import type { Visit } from './visit.ts'

/** The name that the person knows the developer's product by. */
export const productName = (project: Project): string => shownName(project.app_name ?? project.name)

/** decisions 3.8: a list of origins binds; without one the project may forbid framing, else it is allowed. */
export function framingOf(token: ConnectToken, project: Project): Framing {
  if (token.allowedOrigins?.length) return token.allowedOrigins
  return project.allowed_origins_required_at === null ? 'anyone' : 'nobody'
}

/** Where the page's script may send its messages; empty: to the one page that frames it. */
export const originsData = (token: ConnectToken): string => JSON.stringify(token.allowedOrigins ?? [])

/** Neutral on purpose: a chat shows it to everybody in the room. */
export const previewTitle = ({ common }: Messages, project: Project): string =>
  `${common.preview} · ${productName(project)}`

interface Pictures {
  /** The app at which an account is connected. */
  app?: { name_slug: string } | undefined
  /** The developer's product. */
  project?: Project | undefined
}

/** The title under the pictures of those who are being connected: the product's and the app's, side by side. */
export const pageHead = ({ basePath }: Visit, title: string, { app, project }: Pictures = {}): Html =>
  html`<header class="head">
    ${
      (app || project) &&
      html`<div class="logos">
        ${project && picture(productPicture(basePath, project))}
        ${app && project && html`<span class="link" aria-hidden="true"></span>`}
        ${app && picture(`${basePath}/_static/apps/${app.name_slug}.svg`)}
      </div>`
    }
    <h1>${title}</h1>
  </header>`

const picture = (src: string) => html`<img class="logo" src="${src}" alt="" width="56" height="56" />`

const productPicture = (basePath: string, project: Project) =>
  project.logo_digest === null
    ? `data:image/svg+xml,${encodeURIComponent(monogram(productName(project)))}`
    : `${basePath}/_static/logos/${project.logo_digest}`

/** Who asks, in bold; with this a page begins. */
export const asks = (text: string, project: Project, appName: string): Html =>
  html`<p class="asks">
    ${fill(text, { product: html`<strong>${productName(project)}</strong>`, app: appName })}
  </p>`

/** A failure on top of a form that can be sent again. Always there, so that a screen reader hears it when the script fills it in. */
export function failureNote(error: ConnectError | undefined, messages: Messages): Html {
  const { title, cause, nextStep } = error
    ? explain(error.code, messages)
    : { title: '', cause: '', nextStep: '' }
  return html`<div class="note failure" id="failure" role="alert" tabindex="-1" ${!error && html`hidden`}>
    <strong id="failure-title">${title}</strong>
    <p id="failure-text">${error && `${cause} ${nextStep}`}</p>
    ${codeLine(html`<code id="failure-code">${error?.code}</code>`, messages)}
  </div>`
}

/** The code that support asks for: the same on the page, in the API and in the log. */
export const codeLine = (code: Html, { common }: Messages): Html =>
  html`<p class="code">${fill(common.code, { code })}</p>`

/** Only the script can close the frame, so it shows the button. */
export const closeButton = (hideClose: boolean, { common }: Messages): Html | false =>
  !hideClose && html`<button type="button" class="plain" id="close" hidden>${common.cancel}</button>`

export const supportLine = ({ support_email: address }: Project, { common }: Messages): Html | false =>
  address !== null &&
  html`<p class="quiet">
    ${fill(common.questions, {
      address: html`<a href="mailto:${encodeURIComponent(address).replace('%40', '@')}">${address}</a>`,
    })}
  </p>`

/**
 * Chromium holds `form-action` against every redirect after a form, and a consent screen sends people on to log-in hosts that nobody
 * can list. So a form that leads there may end at any https address; the one that carries keys may not.
 */
export function providerTargets(authorizeUrl: string): string[] {
  const local = /^http:\/\/[^/{]+/.exec(authorizeUrl)?.[0]
  return ['https:', ...(local === undefined ? [] : [local])]
}
