/** Owns a provider's call to our callback address that says that a person has taken the app away there (quirk B7). */
import { endUninstalled } from '../../accounts/end-uninstalled.ts'
import type { App } from '../../app.ts'
import { findOAuthAppOfCallback } from '../../oauth-apps/find-oauth-app-of-callback.ts'
import { digest, equalDigests } from '../../platform/crypto/secrets.ts'
import { AppError, Unauthorized } from '../../platform/errors.ts'
import { basicAuthorization } from '../../upstream/basic-authorization.ts'
import { renderTemplate } from '../../upstream/template.ts'
import { methodNotAllowed } from './method-not-allowed.ts'

export interface UninstallNotice {
  /** The one in the path. */
  oauthAppId: string
  authorization: string | undefined
  body: unknown
}

/**
 * Believed only with id and secret of the OAuth app itself. What it says of an account that is not here is of no consequence.
 * @throws AppError 405 where the app's provider makes no such calls; Unauthorized
 */
export async function takeUninstallNotice(
  app: Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'config' | 'log'>,
  { oauthAppId, authorization, body }: UninstallNotice,
): Promise<void> {
  const found = await findOAuthAppOfCallback(app, oauthAppId)
  const definition = found && app.catalog.current.find(found.oauthApp.appSlug)
  const notice = definition?.oauth?.version === 2 ? definition.oauth.uninstall_notice : undefined
  if (!found || !notice) throw methodNotAllowed()
  const { oauthApp, project } = found
  const expected = basicAuthorization(oauthApp.clientId, oauthApp.clientSecret.reveal())
  if (!equalDigests(digest(authorization ?? ''), digest(expected)))
    throw new Unauthorized('Not the credentials of this OAuth app')
  const ended = await endUninstalled(app, project, {
    appSlug: oauthApp.appSlug,
    oauthAppId: oauthApp.id,
    uid: uidOf(notice.uid, body),
  })
  app.log.info(
    { app: oauthApp.appSlug, oauth_app: oauthApp.id, accounts: ended },
    'uninstalled at the provider',
  )
}

/** Undefined when the notice lacks what it should say. */
function uidOf(template: string, body: unknown): string | undefined {
  try {
    return renderTemplate(template, { notice: body })
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}
