/** Owns the last page of a connection: it says how it ended, and passes nothing on to anyone. */
import type { App } from '../app.ts'
import { isBrowserOf } from './attempt-cookie.ts'
import { openPlan } from './attempt-plan.ts'
import { ConnectError, isConnectErrorCode } from './connect-errors.ts'
import { errorPage } from './error-page.ts'
import { html } from '../platform/html.ts'
import type { Framing, Page } from './page.ts'
import { pageHead, productName, supportLine } from './page-parts.ts'
import type { Project } from './resolve-connection.ts'
import { findAttempt } from './store.ts'

interface Connected {
  basePath: string
  appName: string
  appSlug: string
  project: Project
  framing: Framing
  origins?: string
  /** For the script: tell the page around us, which no popup needs to. */
  accountId?: string
  closesItself?: boolean
}

export const connectedPage = ({ basePath, appName, appSlug, project, ...rest }: Connected): Page => ({
  status: 200,
  title: `Connected · ${productName(project)}`,
  framing: rest.framing,
  data: {
    page: 'connected',
    origins: rest.origins ?? '[]',
    ...(rest.accountId === undefined ? {} : { account: rest.accountId }),
    ...(rest.closesItself ? { closes: 'true' } : {}),
  },
  body: html`${pageHead(basePath, 'Connected', { name_slug: appSlug })}
    <p class="note success" role="status">
      Your ${appName} account is now connected to <strong>${productName(project)}</strong>.
    </p>
    <p>You can close this window.</p>
    ${supportLine(project)}`,
})

/**
 * For the browser that made the attempt, and no other: its cookie is the key, so the address is worth nothing to anybody else.
 * @throws ConnectError `attempt_unknown`, or what ended the attempt
 */
export async function resultPage(
  app: Pick<App, 'db' | 'vault' | 'catalog' | 'projects'>,
  basePath: string,
  attemptId: string,
  cookieHeader: string | undefined,
): Promise<Page> {
  const attempt = await findAttempt(app.db.read, attemptId)
  if (!attempt || !isBrowserOf(attempt, cookieHeader)) throw new ConnectError('attempt_unknown')
  const project = await app.projects.find(attempt.project_id)
  if (!project) throw new ConnectError('attempt_unknown')
  const closesItself = openPlan(app.vault, attempt).flow === 'frame'
  if (attempt.status === 'done') {
    const appName = app.catalog.current.find(attempt.app_slug)?.name ?? attempt.app_slug
    return connectedPage({
      basePath,
      appName,
      appSlug: attempt.app_slug,
      project,
      framing: 'nobody',
      closesItself,
    })
  }
  const code = attempt.status === 'failed' ? attempt.error_code : 'attempt_unknown'
  const error = new ConnectError(isConnectErrorCode(code) ? code : 'unexpected')
  return errorPage(error, { framing: 'nobody', project })
}
