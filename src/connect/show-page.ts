/** Owns which page a link or a form that came back leads to. */
import type { App } from '../app.ts'
import { appListPage } from './app-list-page.ts'
import { ConnectError } from './connect-errors.ts'
import { connectionPage } from './connection-page.ts'
import type { ConnectBody, PageQuery } from './contract.ts'
import { errorPage } from './error-page.ts'
import type { Page } from './page.ts'
import { framingOf, originsData } from './page-parts.ts'
import { requireToken, type ConnectToken } from './require-token.ts'
import { resolveConnection, tenantOf } from './resolve-connection.ts'

type Needs = Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'projects'>

/** @throws ConnectError only about the token; every other failure is a page that the token's own frame may show */
export async function showPage(app: Needs, basePath: string, query: PageQuery): Promise<Page> {
  const token = await requireToken(app, query.token)
  try {
    if (!query.app && token.app_slug === null) return await appListPage(app, basePath, token, query)
    const connection = await resolveConnection(app, token, filled(query))
    return connectionPage(connection, { basePath, token: query.token ?? '', query })
  } catch (error) {
    return failurePage(app, token, error)
  }
}

/** The form again with what was wrong, or the error page when there is no form to show. @throws ConnectError about the token */
export async function formAgain(
  app: Needs,
  basePath: string,
  body: ConnectBody,
  error: unknown,
): Promise<Page> {
  if (!(error instanceof ConnectError)) throw error
  const token = await requireToken(app, body.token)
  const canBeSentAgain = ['field_invalid', 'keys_refused', 'provider_unreachable'].includes(error.code)
  if (!canBeSentAgain) return failurePage(app, token, error)
  const connection = await resolveConnection(app, token, filled(body))
  return connectionPage(connection, {
    basePath,
    token: body.token,
    query: body,
    error,
    given: body.values ?? {},
  })
}

async function failurePage(app: Needs, token: ConnectToken, error: unknown): Promise<Page> {
  if (!(error instanceof ConnectError)) throw error
  const { project } = await tenantOf(app, token)
  return errorPage(error, { project, framing: framingOf(token, project), origins: originsData(token) })
}

/** An empty parameter is one that was not given. */
const filled = ({ app, oauthAppId, accountId, oauthScopeProfile }: Omit<PageQuery, 'token'>) => ({
  app: app || undefined,
  oauthAppId: oauthAppId || undefined,
  accountId: accountId || undefined,
  oauthScopeProfile: oauthScopeProfile || undefined,
})
