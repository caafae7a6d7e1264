/** Owns what a person answers when signing in is over: it goes into what is waiting, and the attempt goes on. */
import type { App } from '../app.ts'
import { isBrowserOf } from './attempt-cookie.ts'
import { isOfKeys, openPlan, type AttemptPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import { restartAttempt } from './create-attempt.ts'
import { failAttempt } from './fail-attempt.ts'
import { pageOfAttempt } from './page-address.ts'
import { openPending, type Pending, type Question } from './pending.ts'
import { placeOf } from './place-of.ts'
import { settleAttempt } from './settle-attempt.ts'
import { findAttempt, type AttemptRow } from './store.ts'

export type ChoiceCapabilities = Pick<
  App,
  'db' | 'vault' | 'clock' | 'catalog' | 'config' | 'projects' | 'egress' | 'log' | 'revocationsDue'
>

export interface Answer {
  /** Which question it was, so that an answer sent twice is not taken for one to the next. */
  question: string
  answer: string
}

/** What there is to say to a lookup is in its options; to another identity, one of these. */
export const IDENTITY_ANSWERS = ['again', 'separate', 'replace'] as const

export const nameOfQuestion = (question: Question): string =>
  question.kind === 'lookup' ? question.name : 'identity'

/**
 * The attempt, for the browser that made it and no other. @throws ConnectError `attempt_unknown` or `attempt_expired`
 */
export async function requireOwnAttempt(
  app: Pick<App, 'db' | 'clock'>,
  attemptId: string,
  cookieHeader: string | undefined,
): Promise<AttemptRow> {
  const attempt = await findAttempt(app.db.read, attemptId)
  if (!attempt || !isBrowserOf(attempt, cookieHeader)) throw new ConnectError('attempt_unknown')
  const isOver = attempt.status === 'done' || attempt.status === 'failed'
  if (!isOver && attempt.expires_at <= app.clock.now()) throw new ConnectError('attempt_expired')
  return attempt
}

/** Returns where the browser goes next. @throws ConnectError `choice_invalid`: then the question stands */
export async function answerChoice(
  app: ChoiceCapabilities,
  attemptId: string,
  cookieHeader: string | undefined,
  given: Answer,
): Promise<string> {
  const attempt = await requireOwnAttempt(app, attemptId, cookieHeader)
  const plan = openPlan(app.vault, attempt)
  const pending = openPending(app.vault, attempt)
  const question = attempt.status === 'choosing' ? pending?.question : null
  // Sent twice, or from a page that the browser kept: where it stands now is where it belongs.
  if (!pending || !question || nameOfQuestion(question) !== given.question) return placeOf(app, attempt, plan)
  const next = question.kind === 'lookup' ? withChoice(pending, question, given.answer) : pending
  if (question.kind === 'identity') {
    if (!IDENTITY_ANSWERS.some((known) => known === given.answer)) throw new ConnectError('choice_invalid')
    if (given.answer === 'again') return signInAgain(app, attempt, plan)
  }
  const isNew = question.kind === 'identity' && given.answer === 'separate'
  const replaces = question.kind === 'identity' && given.answer === 'replace'
  const answered = { ...next, question: null, replaces: pending.replaces || replaces }
  try {
    await settleAttempt(app, isNew ? { ...attempt, account_id: null } : attempt, plan, answered)
  } catch (error) {
    await failAttempt(app, attempt, plan, error)
  }
  return placeOf(app, attempt, plan)
}

function withChoice(
  pending: Pending,
  { name, options }: Extract<Question, { kind: 'lookup' }>,
  answer: string,
): Pending {
  const chosen = options.find(({ value }) => value === answer)
  if (!chosen) throw new ConnectError('choice_invalid')
  const { credentials, choices } = pending
  const values = { ...credentials.values, [name]: chosen.value, ...chosen.also }
  return { ...pending, credentials: { ...credentials, values }, choices: choices.slice(1) }
}

/** Keys are typed where they were typed before; what was typed now is forgotten. */
async function signInAgain(app: ChoiceCapabilities, attempt: AttemptRow, plan: AttemptPlan): Promise<string> {
  try {
    if (isOfKeys(plan)) throw new ConnectError('other_identity')
    return await restartAttempt(app, attempt, plan)
  } catch (error) {
    await failAttempt(app, attempt, plan, error)
    // Behind a popup is the frame, which shows its form again.
    return isOfKeys(plan) && plan.flow === 'link'
      ? pageOfAttempt(app.config, plan)
      : placeOf(app, attempt, plan)
  }
}
