/** Owns the keys that were typed on the page: into an account, and on to the page that says so. */
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import { connectWithKeys } from './connect-with-keys.ts'
import type { ConnectBody } from './contract.ts'
import { onwardPage } from './departure-page.ts'
import type { Page } from './page.ts'
import { framingOf, originsData } from './page-parts.ts'
import { requireKnownToken } from './require-token.ts'
import { tenantOf } from './resolve-connection.ts'
import { connectedPage } from './result-page.ts'
import { formAgain } from './show-page.ts'
import { findAccountName } from './store.ts'
import { messagesFor, type Visit } from './visit.ts'

type Needs = Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'config' | 'projects' | 'egress' | 'log'>

/** Returns the account's id. @throws ConnectError */
export async function submitKeys(app: Needs, body: ConnectBody): Promise<string> {
  const token = await requireKnownToken(app, body.token)
  const values = body.values ?? {}
  return connectWithKeys(app, token, {
    appSlug: body.app,
    values,
    accountId: body.accountId,
    oauthAppId: body.oauthAppId,
    // A form repeated by the browser has its members in the same order.
    requestDigest: digest(JSON.stringify([body.app, body.accountId, values])),
  })
}

/** Without script. A page reloaded after the end says the same once more. @throws ConnectError about the token */
export async function submitKeysForm(app: Needs, visit: Visit, body: ConnectBody): Promise<Page> {
  let accountId: string
  try {
    accountId = await submitKeys(app, body)
  } catch (error) {
    return formAgain(app, visit, body, error)
  }
  const token = await requireKnownToken(app, body.token)
  const { project } = await tenantOf(app, token)
  const found = app.catalog.current.find(body.app ?? token.app_slug ?? '')
  const catalogApp = { name: found?.name ?? '', name_slug: found?.name_slug ?? '' }
  const messages = messagesFor(visit, body.lang)
  const onward = token.options.success_redirect_uri
  if (onward !== null) return onwardPage(visit, messages, onward, catalogApp, project)
  return connectedPage({
    visit,
    messages,
    app: catalogApp,
    accountName: await findAccountName(app.db.read, accountId),
    project,
    framing: framingOf(token, project),
    origins: originsData(token),
    accountId,
  })
}
