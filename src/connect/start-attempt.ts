/** Owns sending a browser off to the provider: the first one to come owns the attempt, and no other ever does. */
import type { App } from '../app.ts'
import { digest, mintSecret } from '../platform/crypto/secrets.ts'
import { attemptCookie, isBrowserOf } from './attempt-cookie.ts'
import { openPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import { confirmationPage } from './departure-page.ts'
import type { Page } from './page.ts'
import { findAttempt, moveAttempt, type AttemptRow } from './store.ts'

export interface Departure {
  /** The provider's consent screen. */
  location: string
  /** A `Set-Cookie` header; absent when this browser has its cookie already. */
  cookie?: string
}

/** @throws ConnectError `attempt_unknown`, `attempt_expired` or `attempt_taken` */
export async function startAttempt(
  app: Pick<App, 'db' | 'vault' | 'clock' | 'config'>,
  handle: string,
  cookieHeader: string | undefined,
): Promise<Departure> {
  const attempt = await requireAttempt(app, handle)
  const location = openPlan(app.vault, attempt).authorizeUrl
  // The same browser again: the popup was closed, or the page reloaded.
  if (attempt.status === 'started' && isBrowserOf(attempt, cookieHeader)) return { location }
  const secret = mintSecret('')
  const change = { status: 'started', browser_digest: digest(secret) } as const
  if (!(await app.db.write((tx) => moveAttempt(tx, attempt.id, 'open', change))))
    throw new ConnectError('attempt_taken')
  const secondsLeft = Math.ceil((attempt.expires_at - app.clock.now()) / 1000)
  return { location, cookie: attemptCookie(app.config.publicUrl, attempt.id, secret, secondsLeft) }
}

/** @throws ConnectError `attempt_unknown` or `attempt_expired` */
export async function requireAttempt(app: Pick<App, 'db' | 'clock'>, handle: string): Promise<AttemptRow> {
  const attempt = await findAttempt(app.db.read, digest(handle))
  if (!attempt) throw new ConnectError('attempt_unknown')
  if (attempt.expires_at <= app.clock.now()) throw new ConnectError('attempt_expired')
  return attempt
}

/**
 * What a GET of the start address gives: the way to the provider only if our own page opened it, which the browser attests
 * (`Sec-Fetch-Site`); else the question whether this is meant. Nothing is started by asking.
 * @throws ConnectError as `startAttempt`
 */
export async function openStart(
  app: Pick<App, 'db' | 'vault' | 'clock' | 'config' | 'catalog' | 'projects'>,
  basePath: string,
  handle: string,
  headers: { cookie?: string | undefined; 'sec-fetch-site'?: string | string[] | undefined },
): Promise<Departure | Page> {
  if (headers['sec-fetch-site'] === 'same-origin') return startAttempt(app, handle, headers.cookie)
  const attempt = await requireAttempt(app, handle)
  const project = await app.projects.find(attempt.project_id)
  const catalogApp = app.catalog.current.find(attempt.app_slug)
  if (!project || !catalogApp) throw new ConnectError('attempt_unknown')
  return confirmationPage(basePath, handle, catalogApp, project, openPlan(app.vault, attempt).authorizeUrl)
}
