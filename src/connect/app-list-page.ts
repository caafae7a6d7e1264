/** Owns the page of a link that names no app: the apps that can be connected here. */
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { findDefaultOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import type { PageQuery } from './contract.ts'
import { html } from '../platform/html.ts'
import type { Page } from './page.ts'
import { closeButton, framingOf, originsData, pageHead, productName, supportLine } from './page-parts.ts'
import type { ConnectToken } from './require-token.ts'
import { isConnectable, tenantOf } from './resolve-connection.ts'

export async function appListPage(
  app: Pick<App, 'db' | 'vault' | 'catalog' | 'projects'>,
  basePath: string,
  token: ConnectToken,
  query: PageQuery,
): Promise<Page> {
  const { project, env } = await tenantOf(app, token)
  const offered = await Promise.all(
    app.catalog.current.list().map(async (one) => {
      if (!isConnectable(one)) return []
      const isReady =
        one.auth_type === 'keys' || (await findDefaultOAuthApp(app, env, one.name_slug)) !== undefined
      return isReady ? [one] : []
    }),
  )
  const apps = offered.flat().toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
  const title = 'What do you want to connect?'
  return {
    status: 200,
    title: `${title} · ${productName(project)}`,
    framing: framingOf(token, project),
    data: { page: 'apps', origins: originsData(token) },
    body: html`${pageHead(basePath, title)}
      <p><strong>${productName(project)}</strong> would like to use an account of yours. Choose an app.</p>
      <ul class="apps">
        ${apps.map((one) => appLink(basePath, one, query))}
      </ul>
      ${apps.length === 0 && html`<p>No app has been set up yet.</p>`}
      <div class="actions">${closeButton(query.hideClose === 'true')}</div>
      ${supportLine(project)}`,
  }
}

function appLink(basePath: string, { name, name_slug }: CatalogApp, query: PageQuery) {
  const { token, hideClose, connectLink, oauthScopeProfile } = query
  const address = new URLSearchParams({ app: name_slug })
  for (const [key, value] of Object.entries({ token, hideClose, connectLink, oauthScopeProfile }))
    if (value) address.set(key, value)
  return html`<li>
    <a href="${basePath}/_static/connect.html?${address.toString()}">
      <img
        src="${basePath}/_static/apps/${name_slug}.svg"
        alt=""
        width="32"
        height="32"
        loading="lazy"
      />${name}
    </a>
  </li>`
}
