/** Owns which page a link or a form that came back leads to. */
import type { App } from '../app.ts'
import { appListPage } from './app-list-page.ts'
import { ConnectError } from './connect-errors.ts'
import { connectionPage } from './connection-page.ts'
import type { ConnectBody, PageQuery } from './contract.ts'
import { errorPage } from './error-page.ts'
import type { Messages } from './messages/en.ts'
import type { Page } from './page.ts'
import { framingOf, originsData } from './page-parts.ts'
import { isPreviewBot } from './preview-bot.ts'
import { previewPage } from './preview-page.ts'
import { requireToken, type ConnectToken } from './require-token.ts'
import { resolveConnection, tenantOf } from './resolve-connection.ts'
import { messagesFor, type Visit } from './visit.ts'

type Needs = Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'projects'>

/** @throws ConnectError only about the token; every other failure is a page that the token's own frame may show */
export async function showPage(app: Needs, visit: Visit, query: PageQuery): Promise<Page> {
  const token = await requireToken(app, query.token)
  const messages = messagesFor(visit, query.lang)
  try {
    if (isPreviewBot(visit.userAgent))
      return previewPage(visit, messages, (await tenantOf(app, token)).project)
    const asked = filled(query)
    const isAppNamed =
      asked.app ?? token.app_slug ?? asked.accountId ?? asked.oauthAppId ?? asked.appOverrideId
    if (isAppNamed === undefined) return await appListPage(app, visit, messages, token, query)
    const connection = await resolveConnection(app, token, asked)
    return connectionPage(connection, { visit, messages, token: query.token ?? '', query })
  } catch (error) {
    return failurePage(app, visit, messages, token, error)
  }
}

/** The form again with what was wrong, or the error page when there is no form to show. @throws ConnectError about the token */
export async function formAgain(app: Needs, visit: Visit, body: ConnectBody, error: unknown): Promise<Page> {
  if (!(error instanceof ConnectError)) throw error
  const messages = messagesFor(visit, body.lang)
  const token = await requireToken(app, body.token)
  const canBeSentAgain = ['field_invalid', 'keys_refused', 'provider_unreachable'].includes(error.code)
  if (!canBeSentAgain) return failurePage(app, visit, messages, token, error)
  const connection = await resolveConnection(app, token, filled(body))
  return connectionPage(connection, {
    visit,
    messages,
    token: body.token,
    query: body,
    error,
    given: body.values ?? {},
  })
}

async function failurePage(
  app: Needs,
  visit: Visit,
  messages: Messages,
  token: ConnectToken,
  error: unknown,
): Promise<Page> {
  if (!(error instanceof ConnectError)) throw error
  const { project } = await tenantOf(app, token)
  const framing = framingOf(token, project)
  return errorPage(visit, error, { messages, project, framing, origins: originsData(token) })
}

/** An empty parameter is one that was not given. */
const filled = ({
  app,
  oauthAppId,
  appOverrideId,
  accountId,
  oauthScopeProfile,
  customOauthClient,
}: Omit<PageQuery, 'token'>) => ({
  app: app || undefined,
  oauthAppId: oauthAppId || undefined,
  appOverrideId: appOverrideId || undefined,
  accountId: accountId || undefined,
  oauthScopeProfile: oauthScopeProfile || undefined,
  customOauthClient: customOauthClient || undefined,
})
