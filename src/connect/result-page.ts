/** Owns the last page of a connection: it says how it ended, and passes nothing on to anyone. */
import type { App } from '../app.ts'
import { nextAddress, resultAddress } from './addresses.ts'
import { requireOwnAttempt } from './answer-choice.ts'
import { type AttemptPlan, openPlan } from './attempt-plan.ts'
import { ConnectError, explain, isConnectErrorCode } from './connect-errors.ts'
import { errorPage } from './error-page.ts'
import { finishingPage } from './finishing-page.ts'
import { html } from '../platform/html.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'
import { pageOfAttempt } from './page-address.ts'
import type { Framing, Page } from './page.ts'
import { pageHead, productName, supportLine } from './page-parts.ts'
import { openPending } from './pending.ts'
import { requireTokenOfAttempt } from './require-token.ts'
import type { Project } from './resolve-connection.ts'
import { shownName } from './shown-name.ts'
import { type AttemptRow, findConnected } from './store.ts'
import { verificationPage } from './verification-page.ts'
import { messagesFor, type Visit } from './visit.ts'

interface Connected {
  visit: Visit
  messages: Messages
  app: { name: string; name_slug: string }
  /** The account's own name at the app, where that is known. */
  accountName: string | null
  project: Project
  framing: Framing
  origins?: string
  /** For the script: tell the page around us, which no popup needs to. */
  accountId?: string
  closesItself?: boolean
  /** Connected again, and nobody knows whether as the same one. */
  isUnchecked?: boolean
}

export function connectedPage({ visit, messages, app, accountName, project, ...rest }: Connected): Page {
  const { connected } = messages
  return {
    status: 200,
    title: `${connected.title} · ${productName(project)}`,
    messages,
    framing: rest.framing,
    data: {
      page: 'connected',
      origins: rest.origins ?? '[]',
      ...(rest.accountId === undefined ? {} : { account: rest.accountId }),
      ...(rest.closesItself ? { closes: 'true' } : {}),
    },
    body: html`${pageHead(visit, connected.title, { app, project })}
      <p class="note success" role="status">${connectedText(messages, app.name, accountName, project)}</p>
      ${rest.isUnchecked && html`<p>${fill(connected.unchecked, { app: app.name })}</p>`}
      <p>${connected.close}</p>
      ${supportLine(project, messages)}`,
  }
}

/** Which account it is: the person may have more than one at the app. */
function connectedText({ connected }: Messages, app: string, accountName: string | null, project: Project) {
  const product = html`<strong>${productName(project)}</strong>`
  if (!accountName) return fill(connected.done, { app, product })
  return fill(connected.doneAs, { app, product, account: html`<strong>${shownName(accountName)}</strong>` })
}

/**
 * The page, or the address where the browser belongs instead. For the browser that made the attempt, and no other: its cookie is the key, so the address is worth nothing to anybody else.
 * @throws ConnectError `attempt_unknown`, or what ended the attempt
 */
export async function resultPage(
  app: Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'projects' | 'config'>,
  visit: Visit,
  attemptId: string,
  cookieHeader: string | undefined,
): Promise<Page | string> {
  const attempt = await requireOwnAttempt(app, attemptId, cookieHeader)
  const project = await app.projects.find(attempt.project_id)
  if (!project) throw new ConnectError('attempt_unknown')
  const plan = openPlan(app.vault, attempt)
  const pending = openPending(app.vault, attempt)
  const messages = messagesFor(visit, plan.language)
  const name = app.catalog.current.find(attempt.app_slug)?.name ?? attempt.app_slug
  const shown = { name, name_slug: attempt.app_slug }
  if (attempt.status === 'verifying' && pending?.verifierAddress)
    return verificationPage(visit, messages, shown, project, pending.verifierAddress)
  if (attempt.status === 'finishing') return finishingPage(visit, messages, shown, project)
  const isEnd = ['choosing', 'done', 'failed'].includes(attempt.status)
  const place = nextAddress(app.config, attempt, plan, pending)
  if (isEnd && place !== resultAddress(app.config, attempt)) return place
  if (attempt.status === 'done') {
    const account = await findConnected(app.db.read, attempt.account_id)
    const isAgain = Boolean(plan.request.accountId)
    return connectedPage({
      visit,
      messages,
      app: shown,
      accountName: account?.name ?? null,
      isUnchecked: isAgain && account?.identity_digest === null,
      project,
      framing: 'nobody',
      closesItself: plan.flow === 'frame',
    })
  }
  const code = attempt.status === 'failed' ? attempt.error_code : 'attempt_unknown'
  const error = new ConnectError(isConnectErrorCode(code) ? code : 'unexpected')
  const again = explain(error.code).isPassing ? await againAddress(app, visit, attempt, plan) : undefined
  const isOfCallback = error.code === 'client_refused' || error.code === 'provider_mismatch'
  const callback = isOfCallback ? plan.redirectUri : undefined
  return errorPage(visit, error, { messages, framing: 'nobody', project, app: shown, again, callback })
}

/** The page where it began, while its token can still connect something. A popup has that page behind it. */
async function againAddress(
  app: Pick<App, 'db' | 'clock'>,
  visit: Visit,
  attempt: AttemptRow,
  plan: AttemptPlan,
): Promise<string | undefined> {
  if (plan.flow !== 'link') return undefined
  try {
    await requireTokenOfAttempt(app, attempt)
  } catch (error) {
    if (error instanceof ConnectError) return undefined
    throw error
  }
  return pageOfAttempt(visit, plan)
}
