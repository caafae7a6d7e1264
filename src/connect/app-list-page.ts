/** Owns the page of a link that names no app: the apps that can be connected here. */
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { listDefaultOAuthApps } from '../oauth-apps/list-default-oauth-apps.ts'
import { html } from '../platform/html.ts'
import type { PageQuery } from './contract.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'
import type { Page } from './page.ts'
import { pageAddress } from './page-address.ts'
import {
  closeButton,
  framingOf,
  originsData,
  pageHead,
  previewTitle,
  productName,
  supportLine,
} from './page-parts.ts'
import type { ConnectToken } from './require-token.ts'
import { canBringClient, isConnectable, tenantOf } from './resolve-connection.ts'
import type { Visit } from './visit.ts'

type Needs = Pick<App, 'db' | 'catalog' | 'projects'>

/** Below that many, a search is in the way. */
const SEARCH_FROM = 8

export async function appListPage(
  app: Needs,
  visit: Visit,
  messages: Messages,
  token: ConnectToken,
  query: PageQuery,
): Promise<Page> {
  const { project } = await tenantOf(app, token)
  const { appList } = messages
  const offered = await connectableApps(app, token, query)
  const wanted = (query.q ?? '').trim().toLowerCase()
  const found = offered.filter(({ name, name_slug }) => `${name} ${name_slug}`.toLowerCase().includes(wanted))
  const product = html`<strong>${productName(project)}</strong>`
  return {
    status: 200,
    title: `${appList.title} · ${productName(project)}`,
    messages,
    preview: previewTitle(messages, project),
    framing: framingOf(token, project),
    data: { page: 'apps', origins: originsData(token) },
    body: html`${pageHead(visit, appList.title, { project })}
      <p class="asks">${fill(appList.asks, { product })}</p>
      ${offered.length >= SEARCH_FROM && search(visit, messages, query)}
      ${offered.length === 0 && html`<p class="note">${appList.none}</p>`}
      <p class="note" role="status" id="nothing-found" ${(found.length > 0 || wanted === '') && html`hidden`}>
        ${appList.nothingFound}
      </p>
      ${
        wanted !== '' &&
        html`<p><a href="${pageAddress(visit, { ...query, q: undefined })}">${appList.showAll}</a></p>`
      }
      <ul class="apps" id="apps">
        ${found.map((one) => appLink(visit, one, query))}
      </ul>
      <div class="actions">${closeButton(query.hideClose === 'true', messages)}</div>
      <footer>${supportLine(project, messages)}</footer>`,
  }
}

/** Those that need nothing more than a person, the usual ones first. */
async function connectableApps(
  app: Needs,
  token: ConnectToken,
  { customOauthClient }: PageQuery,
): Promise<CatalogApp[]> {
  const { env } = await tenantOf(app, token)
  const { data } = await listDefaultOAuthApps(app, env)
  const withDefault = new Set(data.map((one) => one.app))
  const isReady = (one: CatalogApp) =>
    one.auth_type === 'keys' ||
    withDefault.has(one.name_slug) ||
    (one.oauth?.version === 2 && one.oauth.client_credentials_source === 'custom_fields') ||
    (customOauthClient === 'true' && canBringClient(one))
  return app.catalog.current
    .list()
    .filter((one) => isConnectable(one) && isReady(one))
    .toSorted((a, b) => b.featured_weight - a.featured_weight || a.name.localeCompare(b.name, 'en'))
}

/** Works without script, by asking the server; the script hides what does not fit while it is typed. */
const search = ({ basePath }: Visit, { appList }: Messages, query: PageQuery) =>
  html`<form role="search" id="search" method="get" action="${basePath}/_static/connect.html">
    ${Object.entries(query).map(
      ([name, value]) =>
        name !== 'q' && value && html`<input type="hidden" name="${name}" value="${value}" />`,
    )}
    <label class="unseen" for="q">${appList.search}</label>
    <div class="control">
      <input
        id="q"
        name="q"
        type="search"
        value="${query.q}"
        placeholder="${appList.search}"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        enterkeyhint="search"
      /><button type="submit" class="tool" id="find">${appList.find}</button>
    </div>
  </form>`

function appLink(visit: Visit, { name, name_slug }: CatalogApp, query: PageQuery) {
  const { token, hideClose, connectLink, oauthScopeProfile, customOauthClient, lang, handedOver } = query
  const address = pageAddress(visit, {
    app: name_slug,
    token,
    hideClose,
    connectLink,
    oauthScopeProfile,
    customOauthClient,
    handedOver,
    lang,
  })
  return html`<li>
    <a href="${address}"
      ><img
        src="${visit.basePath}/_static/apps/${name_slug}.svg"
        alt=""
        width="32"
        height="32"
        loading="lazy"
      /><span>${name}</span></a
    >
  </li>`
}
