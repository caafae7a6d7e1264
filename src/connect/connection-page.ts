/** Owns the page that names who asks for what, and sends the person on: to the provider, or to the keys that are typed here. */
import { askedFields } from './check-fields.ts'
import type { ConnectError } from './connect-errors.ts'
import type { PageQuery } from './contract.ts'
import { wantedScopes } from './create-attempt.ts'
import { fieldInputs } from './fields-form.ts'
import { html, type Html } from '../platform/html.ts'
import type { Page } from './page.ts'
import {
  closeButton,
  failureNote,
  framingOf,
  originsData,
  pageHead,
  productName,
  providerTargets,
  supportLine,
} from './page-parts.ts'
import type { Connection } from './resolve-connection.ts'
import { shownName } from './shown-name.ts'

export interface ConnectionPageOptions {
  basePath: string
  /** The Connect token, as it came. */
  token: string
  query: Pick<PageQuery, 'oauthAppId' | 'oauthScopeProfile' | 'hideClose'>
  /** A form that came back: why, and what was typed. */
  error?: ConnectError
  given?: Readonly<Record<string, string>>
}

export function connectionPage(connection: Connection, options: ConnectionPageOptions): Page {
  const { catalogApp, project, token, accountId } = connection
  const isKeys = catalogApp.auth_type === 'keys'
  const { basePath, error, given, query } = options
  const product = productName(project)
  const title = `${accountId === null ? 'Connect' : 'Reconnect'} your ${catalogApp.name} account`
  const fields = fieldInputs(catalogApp, given, error)
  return {
    status: error?.status ?? 200,
    title: `${title} · ${product}`,
    framing: framingOf(token, project),
    formTargets: isKeys ? [] : providerTargets(catalogApp.oauth?.authorization_url ?? ''),
    data: { page: isKeys ? 'keys' : 'sign-in', origins: originsData(token) },
    body: html`${pageHead(basePath, title, catalogApp)}
      <p><strong>${product}</strong> asks to connect your ${catalogApp.name} account.</p>
      ${isKeys ? keysNotes(product, catalogApp.name) : signInNotes(connection)} ${failureNote(error)}
      <form id="connect" method="post" action="${basePath}/connect/${isKeys ? 'keys' : 'attempts'}">
        ${hidden({
          token: options.token,
          app: catalogApp.name_slug,
          oauthAppId: query.oauthAppId,
          accountId: accountId ?? undefined,
          oauthScopeProfile: query.oauthScopeProfile,
        })}
        ${fields}
        <div class="actions">
          <button type="submit" class="main" id="submit">
            ${isKeys ? 'Connect' : `Continue to ${catalogApp.name}`}
          </button>
        </div>
      </form>
      ${waiting(catalogApp.name)} ${closeButton(query.hideClose === 'true')}
      <p class="quiet">
        Connecting for <span class="who">${shownName(token.external_id)}</span>${
          token.environment === 'development' && html` · <span class="badge">Development</span>`
        }
      </p>
      ${supportLine(project)}`,
  }
}

const hidden = (members: Record<string, string | undefined>): Html[] =>
  Object.entries(members).flatMap(([name, value]) =>
    value ? [html`<input type="hidden" name="${name}" value="${value}" />`] : [],
  )

const keysNotes = (product: string, appName: string) =>
  html`<p class="quiet">
    What you enter is stored encrypted. ${product} can then use your ${appName} account until one of you
    disconnects it.
  </p>`

function signInNotes(connection: Connection): Html {
  const { catalogApp, project } = connection
  const { scopes, userScopes } = wantedScopes(connection)
  const asked = [...new Set([...scopes, ...userScopes])]
  return html`<ul>
      <li>You sign in at ${catalogApp.name}; your password stays there.</li>
      <li>There you see what is asked for, and can say no.</li>
      <li>${productName(project)} can then use the account until one of you disconnects it.</li>
    </ul>
    ${
      asked.length > 0 &&
      html`<details>
        <summary>What is asked for (${asked.length})</summary>
        <ul class="scopes">
          ${asked.map((scope) => html`<li><code>${scope}</code></li>`)}
        </ul>
      </details>`
    }
    ${askedFields(catalogApp).length > 0 && html`<p>${catalogApp.name} first needs to know:</p>`}`
}

/** Shown by the script while a popup is open. */
const waiting = (appName: string) =>
  html`<div id="waiting" hidden>
    <p role="status" id="waiting-text">Finish signing in at ${appName} in the window that has opened.</p>
    <div class="actions">
      <a class="button" id="reopen" target="_blank" rel="noopener" href="#">Open the window again</a>
      <button type="button" class="plain" id="restart">Start over</button>
    </div>
  </div>`
