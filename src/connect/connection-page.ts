/** Owns the page that names who asks for what, and sends the person on: to the provider, or to the keys that are typed here. */
import { html, type Html } from '../platform/html.ts'
import { callbackAddress } from './addresses.ts'
import { askedFields } from './check-fields.ts'
import { clientInputs } from './client-inputs.ts'
import type { ConnectError } from './connect-errors.ts'
import { consentNotes } from './consent-notes.ts'
import type { PageQuery } from './contract.ts'
import { fieldInputs } from './fields-form.ts'
import { inAppBrowserOf } from './in-app-browser.ts'
import { inAppNote } from './in-app-note.ts'
import type { Messages } from './messages/en.ts'
import { fill, fillText } from './messages/fill.ts'
import type { Page } from './page.ts'
import { pageAddress } from './page-address.ts'
import {
  asks,
  closeButton,
  failureNote,
  framingOf,
  originsData,
  pageHead,
  previewTitle,
  productName,
  providerTargets,
  supportLine,
} from './page-parts.ts'
import type { Connection } from './resolve-connection.ts'
import { handoverForm } from './handover-pages.ts'
import { scriptTexts } from './script-texts.ts'
import { shownName } from './shown-name.ts'
import type { Visit } from './visit.ts'

export interface ConnectionPageOptions {
  visit: Visit
  messages: Messages
  /** The Connect token, as it came. */
  token: string
  query: Pick<
    PageQuery,
    | 'oauthAppId'
    | 'appOverrideId'
    | 'oauthScopeProfile'
    | 'customOauthClient'
    | 'hideClose'
    | 'lang'
    | 'handedOver'
  >
  /** A form that came back: why, and what was typed. */
  error?: ConnectError
  given?: Readonly<Record<string, string>>
}

export function connectionPage(connection: Connection, options: ConnectionPageOptions): Page {
  const { catalogApp, project, token, accountId, preset } = connection
  const { visit, messages, error, given, query } = options
  const { common, signIn, keys } = messages
  const isKeys = catalogApp.auth_type === 'keys'
  const app = catalogApp.name
  const product = productName(project)
  const isNew = accountId === null
  const title = fillText(isNew ? common.connectYour : common.reconnectYour, { app })
  const members = {
    token: options.token,
    app: catalogApp.name_slug,
    oauthAppId: query.oauthAppId,
    appOverrideId: query.appOverrideId,
    accountId: accountId ?? undefined,
    oauthScopeProfile: query.oauthScopeProfile,
    customOauthClient: connection.asksClient ? 'true' : undefined,
    lang: query.lang,
    handedOver: query.handedOver,
  }
  const inApp = isKeys ? undefined : inAppBrowserOf(visit.userAgent)
  return {
    status: error?.status ?? 200,
    title: `${title} · ${product}`,
    messages,
    preview: previewTitle(messages, project),
    framing: framingOf(token, project),
    formTargets: isKeys ? [] : providerTargets(catalogApp.oauth?.authorization_url ?? ''),
    data: {
      page: isKeys ? 'keys' : 'sign-in',
      origins: originsData(token),
      texts: scriptTexts(messages, app, product),
      ...(inApp === undefined ? {} : { 'in-app': 'true' }),
    },
    body: html`${pageHead(visit, title, { app: catalogApp, project })}
      ${asks(isNew ? common.asks : common.asksAgain, project, app)} ${expected(connection, messages)}
      ${inApp && inAppNote(inApp, app, pageAddress(visit, members), messages)} ${failureNote(error, messages)}
      <form id="connect" method="post" action="${visit.basePath}/connect/${isKeys ? 'keys' : 'attempts'}">
        ${hidden(members)} ${consentNotes(connection, messages)}
        ${!isKeys && askedFields(catalogApp, preset).length > 0 && html`<p>${fill(signIn.fieldsFirst, { app })}</p>`}
        ${connection.asksClient && clientInputs(app, callbackAddress(visit.publicUrl, catalogApp.id), messages, error)}
        ${fieldInputs(catalogApp, messages, given, error, preset)}
        <div class="actions">
          <button type="submit" class="main" id="submit">
            ${isKeys ? keys.connect : fillText(common.continueTo, { app })}
          </button>
        </div>
        <p role="status" class="quiet" id="busy"></p>
      </form>
      ${waiting(messages, app)} ${closeButton(query.hideClose === 'true', messages)}
      <footer>
        ${
          query.handedOver === undefined &&
          handoverForm(visit, { ...members, hideClose: query.hideClose }, messages.handover.offer)
        }
        <p class="quiet">
          ${fill(common.connectingFor, { user: html`<span class="who">${shownName(token.external_id)}</span>` })}${
            token.environment === 'development' && html` <span class="badge">${common.development}</span>`
          }
        </p>
        ${supportLine(project, messages)}
      </footer>`,
  }
}

const hidden = (members: Record<string, string | undefined>): Html[] =>
  Object.entries(members).flatMap(([name, value]) =>
    value ? [html`<input type="hidden" name="${name}" value="${value}" />`] : [],
  )

/** Which account is to be connected once more. */
function expected({ catalogApp, accountName }: Connection, { signIn, keys }: Messages): Html | false {
  if (!accountName) return false
  const account = html`<strong>${shownName(accountName)}</strong>`
  const text = catalogApp.auth_type === 'keys' ? keys.expected : signIn.expected
  return html`<p class="note">${fill(text, { account })}</p>`
}

/** Shown by the script while a popup is open. */
const waiting = ({ waiting: texts }: Messages, app: string) =>
  html`<div id="waiting" hidden>
    <p role="status" class="note" id="waiting-text">${fill(texts.opened, { app })}</p>
    <div class="actions">
      <a class="button main" id="reopen" target="_blank" rel="noopener" href="#">${texts.again}</a>
      <button type="button" class="plain" id="restart">${texts.restart}</button>
    </div>
  </div>`
