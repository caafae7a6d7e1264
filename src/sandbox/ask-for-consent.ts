/** Owns what an authorize request shows: the question, or why there is none. */
import type { App } from '../app.ts'
import { checkAuthorizeRequest } from './authorize-request.ts'
import { consentPage, problemPage } from './consent-page.ts'
import { redirect, type Answer } from './page.ts'
import { readSettings } from './settings.ts'

export async function askForConsent(
  app: Pick<App, 'config' | 'db'>,
  query: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const checked = checkAuthorizeRequest(app.config.publicUrl, await readSettings(app), query)
  switch (checked.kind) {
    case 'ask':
      return consentPage(checked.request)
    case 'tell':
      return problemPage(checked.message)
    case 'redirect':
      return redirect(checked.location)
  }
}
