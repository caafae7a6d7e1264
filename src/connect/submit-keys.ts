/** Owns the keys that were typed on the page: into an account, and on to the page that says so. */
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import type { AttemptPlan } from './attempt-plan.ts'
import { accountOfRepeat, checkKeys, type KeysCapabilities, storeKeys } from './connect-with-keys.ts'
import type { ConnectBody } from './contract.ts'
import { onwardPage } from './departure-page.ts'
import { areKeysUnsettled, createKeysAttempt } from './keys-attempt.ts'
import type { Page } from './page.ts'
import { framingOf, originsData } from './page-parts.ts'
import { requireKnownToken } from './require-token.ts'
import { tenantOf } from './resolve-connection.ts'
import { connectedPage } from './result-page.ts'
import { formAgain } from './show-page.ts'
import { startAttempt } from './start-attempt.ts'
import { findAccountName } from './store.ts'
import { messagesFor, type Visit } from './visit.ts'

type KeysFormCapabilities = KeysCapabilities & Pick<App, 'revocationsDue'>

export type SubmittedKeys = { accountId: string } | { handle: string }

/** The account; or an attempt, when somebody still has to say something. @throws ConnectError */
export async function submitKeys(
  app: KeysCapabilities,
  body: ConnectBody,
  flow: AttemptPlan['flow'],
): Promise<SubmittedKeys> {
  const token = await requireKnownToken(app, body.token)
  const values = body.values ?? {}
  const request = {
    connectToken: body.token,
    from: 'page' as const,
    appSlug: body.app,
    values,
    accountId: body.accountId,
    oauthAppId: body.oauthAppId,
    appOverrideId: body.appOverrideId,
    // A form repeated by the browser has its members in the same order.
    requestDigest: digest(JSON.stringify([body.app, body.accountId, values, body.appOverrideId])),
  }
  if (token.consumed_at !== null) return { accountId: await accountOfRepeat(app, token, request) }
  const checked = await checkKeys(app, token, request)
  return (await areKeysUnsettled(app, checked))
    ? { handle: await createKeysAttempt(app, checked, body, flow, request.requestDigest) }
    : { accountId: await storeKeys(app, token, request, checked) }
}

/** Without script. A page reloaded after the end says the same once more. @throws ConnectError about the token */
export async function submitKeysForm(
  app: KeysFormCapabilities,
  visit: Visit,
  body: ConnectBody,
): Promise<Page> {
  let submitted: SubmittedKeys
  try {
    submitted = await submitKeys(app, body, 'link')
  } catch (error) {
    return formAgain(app, visit, body, error)
  }
  const token = await requireKnownToken(app, body.token)
  const { project } = await tenantOf(app, token)
  const found = app.catalog.current.find(body.app ?? token.app_slug ?? '')
  const catalogApp = { name: found?.name ?? '', name_slug: found?.name_slug ?? '' }
  const messages = messagesFor(visit, body.lang)
  const onward = (address: string, title: string) =>
    onwardPage(visit, messages, address, catalogApp, project, title)
  if ('handle' in submitted) {
    const { location, cookie } = await startAttempt(app, submitted.handle, undefined)
    const page = onward(location, messages.verification.title)
    return cookie === undefined ? page : { ...page, headers: { 'set-cookie': cookie } }
  }
  const { success_redirect_uri: onwardUri } = token.options
  if (onwardUri !== null && body.handedOver === undefined) return onward(onwardUri, messages.connected.title)
  return connectedPage({
    visit,
    messages,
    app: catalogApp,
    accountName: await findAccountName(app.db.read, submitted.accountId),
    project,
    framing: framingOf(token, project),
    origins: originsData(token),
    accountId: submitted.accountId,
  })
}
