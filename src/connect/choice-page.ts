/** Owns the page that asks what only the person can say: which of several things at the app, or what to do about another identity. */
import type { App } from '../app.ts'
import { html, type Html } from '../platform/html.ts'
import { nameOfQuestion, requireOwnAttempt } from './answer-choice.ts'
import { type AttemptPlan, isOfKeys, openPlan } from './attempt-plan.ts'
import { ConnectError } from './connect-errors.ts'
import type { Messages } from './messages/en.ts'
import { fill, fillText } from './messages/fill.ts'
import type { Page } from './page.ts'
import { pageHead, productName, providerTargets, supportLine } from './page-parts.ts'
import { openPending, type Question } from './pending.ts'
import { placeOf } from './place-of.ts'
import type { Project } from './resolve-connection.ts'
import { shownName } from './shown-name.ts'
import { messagesFor, type Visit } from './visit.ts'

/**
 * Returns the page, or the address where the browser belongs when there is nothing to ask.
 * @throws ConnectError `attempt_unknown` for every other browser than the attempt's, or `attempt_expired`
 */
export async function choicePage(
  app: Pick<App, 'db' | 'vault' | 'clock' | 'catalog' | 'projects' | 'config'>,
  visit: Visit,
  attemptId: string,
  cookieHeader: string | undefined,
): Promise<Page | string> {
  const attempt = await requireOwnAttempt(app, attemptId, cookieHeader)
  const plan = openPlan(app.vault, attempt)
  const question = openPending(app.vault, attempt)?.question
  if (attempt.status !== 'choosing' || !question) return placeOf(app, attempt, plan)
  const project = await app.projects.find(attempt.project_id)
  if (!project) throw new ConnectError('attempt_unknown')
  const messages = messagesFor(visit, plan.language)
  const found = app.catalog.current.find(attempt.app_slug)
  const shown = { name: found?.name ?? attempt.app_slug, name_slug: attempt.app_slug }
  const { choice } = messages
  const title = question.kind === 'lookup' ? choice.which : choice.another
  return {
    status: 200,
    title: `${title} · ${productName(project)}`,
    messages,
    framing: 'nobody',
    formTargets: targetsOf(plan, project),
    data: { page: 'choice' },
    body: html`${pageHead(visit, title, { app: shown, project })}
      <form method="post" action="${visit.basePath}/connect/choices/${attempt.id}">
        <input type="hidden" name="question" value="${nameOfQuestion(question)}" />
        ${
          question.kind === 'lookup'
            ? which(question, shown.name, project, messages)
            : another(question, shown.name, project, messages, isOfKeys(plan))
        }
      </form>
      ${supportLine(project, messages)}`,
  }
}

/** A redirect after the form is judged by its policy, too: to the provider again, or on to the developer. */
const targetsOf = (plan: AttemptPlan, { verifier_uri: verifierUri }: Project): string[] => [
  ...new Set(
    [plan.authorizeUrl, plan.successRedirectUri, plan.errorRedirectUri, verifierUri].flatMap((address) =>
      providerTargets(address ?? ''),
    ),
  ),
]

function which(
  { label, options }: Extract<Question, { kind: 'lookup' }>,
  app: string,
  project: Project,
  { choice, common }: Messages,
): Html {
  return html`<p>${fill(choice.several, { app, product: html`<strong>${productName(project)}</strong>` })}</p>
    <fieldset class="options">
      <legend>${label}</legend>
      ${options.map(
        (option) =>
          html`<label class="option">
            <input type="radio" name="answer" value="${option.value}" required />
            <span>${shownName(option.label)}</span>
          </label>`,
      )}
    </fieldset>
    <div class="actions"><button type="submit" class="main">${common.continue}</button></div>`
}

function another(
  { before, now }: Extract<Question, { kind: 'identity' }>,
  app: string,
  project: Project,
  { choice }: Messages,
  isByKeys: boolean,
): Html {
  const words = isByKeys
    ? { differs: choice.keysDiffer, now: choice.keysNow, again: choice.keysAgain, hint: choice.keysAgainHint }
    : { differs: choice.differs, now: choice.now, again: choice.again, hint: choice.againHint }
  const named = (text: string, name: string | null) =>
    name !== null && html`<li>${fill(text, { account: html`<strong>${shownName(name)}</strong>` })}</li>`
  const way = (answer: string, text: string, hint: string, isMain: boolean) =>
    html`<div class="way">
      <button
        type="submit"
        name="answer"
        value="${answer}"
        class="${isMain ? 'main' : 'plain'}"
        aria-describedby="hint-${answer}"
      >
        ${text}
      </button>
      <p class="quiet" id="hint-${answer}">${hint}</p>
    </div>`
  const product = productName(project)
  return html`<p>${fillText(words.differs, { app })}</p>
    ${
      (before !== null || now !== null) &&
      html`<ul class="note identities">
        ${named(choice.before, before)} ${named(words.now, now)}
      </ul>`
    }
    ${way('again', words.again, fillText(words.hint, { app }), true)}
    ${way('separate', choice.separate, choice.separateHint, false)}
    ${way('replace', choice.replace, fillText(choice.replaceHint, { product }), false)}`
}
