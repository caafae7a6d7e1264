/** Owns sending a browser off to the provider: the first one to come owns the attempt, and no other ever does. */
import type { App } from '../app.ts'
import { digest, mintSecret } from '../platform/crypto/secrets.ts'
import { attemptCookie, isBrowserOf } from './attempt-cookie.ts'
import { openPlan, type AttemptPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import { confirmationPage } from './departure-page.ts'
import type { Page } from './page.ts'
import { failAttempt } from './fail-attempt.ts'
import { openPending } from './pending.ts'
import { placeOf } from './place-of.ts'
import { settleAttempt, type SettleCapabilities } from './settle-attempt.ts'
import { findAttempt, moveAttempt, type AttemptRow } from './store.ts'
import { messagesFor, type Visit } from './visit.ts'

type StartCapabilities = SettleCapabilities & Pick<App, 'log'>

/** Ten minutes at the provider, ten for an answer, ten for the developer's word, and the result can be looked at once more. */
const COOKIE_LIFE_SECONDS = 40 * 60

export interface Departure {
  /** The provider's consent screen. */
  location: string
  /** A `Set-Cookie` header; absent when this browser has its cookie already. */
  cookie?: string
}

/** @throws ConnectError `attempt_unknown`, `attempt_expired` or `attempt_taken` */
export async function startAttempt(
  app: StartCapabilities,
  handle: string,
  cookieHeader: string | undefined,
): Promise<Departure> {
  const attempt = await requireAttempt(app, handle)
  const plan = openPlan(app.vault, attempt)
  // The same browser again: the popup was closed, or the page reloaded.
  if (attempt.status !== 'open' && isBrowserOf(attempt, cookieHeader))
    return { location: await placeOf(app, attempt, plan) }
  const secret = mintSecret('')
  const change = { status: 'started', browser_digest: digest(secret) } as const
  if (!(await app.db.write((tx) => moveAttempt(tx, attempt.id, 'open', change))))
    throw new ConnectError('attempt_taken')
  const cookie = attemptCookie(app.config.publicUrl, attempt.id, secret, COOKIE_LIFE_SECONDS)
  await settleKeys(app, { ...attempt, ...change }, plan)
  return { location: await placeOf(app, attempt, plan), cookie }
}

/** Keys are here already; only what somebody still has to say is not. */
async function settleKeys(app: StartCapabilities, attempt: AttemptRow, plan: AttemptPlan): Promise<void> {
  const pending = openPending(app.vault, attempt)
  if (!pending) return
  try {
    await settleAttempt(app, attempt, plan, pending)
  } catch (error) {
    await failAttempt(app, attempt, plan, error)
  }
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
  app: StartCapabilities,
  visit: Visit,
  handle: string,
  headers: { cookie?: string | undefined; 'sec-fetch-site'?: string | string[] | undefined },
): Promise<Departure | Page> {
  if (headers['sec-fetch-site'] === 'same-origin') return startAttempt(app, handle, headers.cookie)
  const attempt = await requireAttempt(app, handle)
  const project = await app.projects.find(attempt.project_id)
  const catalogApp = app.catalog.current.find(attempt.app_slug)
  if (!project || !catalogApp) throw new ConnectError('attempt_unknown')
  const { authorizeUrl, language } = openPlan(app.vault, attempt)
  return confirmationPage(visit, messagesFor(visit, language), handle, catalogApp, project, authorizeUrl)
}
