/** Owns finding out whose account was connected; never a reason to lose the account. */

import { AppError } from '../platform/errors.ts'
import { digestHex } from '../platform/crypto/secrets.ts'
import type { AppDefinition, RequestTemplate } from './app-definition.ts'
import { readPath, textOf } from './answer-path.ts'
import { holds } from './condition.ts'
import type { Requester } from './minted-tokens.ts'
import { parseAnswer } from './parse-answer.ts'
import { sendRequest } from './send-request.ts'
import { renderTemplate, type TemplateContext } from './template.ts'
import type { TokenSet } from './token-answer.ts'
import { oauth2Of, upstreamContext, type UpstreamValues } from './upstream-context.ts'

const IDENTITY_TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 1_000_000
/** Longer names would not fit a list, and are nobody's. */
const MAX_CHARACTERS = 256

/** `reason` is for the operator's log and holds no secret. */
export type FetchedIdentity = { ok: true; uid: string; name?: string } | { ok: false; reason: string }

/**
 * Reads uid and name from the token answer, the id_token and the account's fields, and asks the upstream only if
 * they need its answer. Without `tokens` (key apps) there is only the request and the fields. Does not throw.
 */
export async function fetchIdentity(
  requester: Requester,
  app: AppDefinition,
  values: UpstreamValues,
  tokens?: Pick<TokenSet, 'raw' | 'idTokenClaims'>,
): Promise<FetchedIdentity> {
  if (app.identity === undefined) return { ok: false, reason: 'the app has no identity' }
  const context = {
    ...upstreamContext(app, values),
    token: tokens?.raw,
    id_token: tokens?.idTokenClaims,
    sha256: digestHex,
  }
  const early = readIdentity(app, context, tokens?.raw)
  if (!early.needsAnswer || app.identity.request === undefined) return early.identity
  const asked = await askUpstream(requester, app, app.identity.request, values)
  if (asked.ok) return readIdentity(app, { ...context, answer: asked.answer }, tokens?.raw).identity
  return early.identity.ok ? early.identity : asked
}

function readIdentity(app: AppDefinition, context: TemplateContext, rawTokens: unknown) {
  let needsAnswer = false
  // A getter tells whether any template came as far as its answer: then a call can improve on what is known.
  const watched = Object.hasOwn(context, 'answer')
    ? context
    : Object.defineProperties(
        {},
        {
          ...Object.getOwnPropertyDescriptors(context),
          answer: { enumerable: true, get: () => void (needsAnswer = true) },
        },
      )
  const uid = shortText(app.identity?.uid, watched)
  const namePath = app.oauth?.version === 2 ? oauth2Of(app).token_response.name : undefined
  const name =
    shortText(app.identity?.name, watched) ??
    (namePath === undefined ? undefined : textOf(readPath(rawTokens, namePath))?.slice(0, MAX_CHARACTERS))
  const identity: FetchedIdentity =
    uid === undefined
      ? { ok: false, reason: 'the upstream named no user' }
      : { ok: true, uid, ...(name === undefined ? {} : { name }) }
  return { identity, needsAnswer }
}

function shortText(template: string | undefined, context: TemplateContext): string | undefined {
  if (template === undefined) return undefined
  try {
    const text = renderTemplate(template, context)
      ?.replace(/\p{Cc}+/gu, ' ')
      .trim()
    return text === undefined || text === '' ? undefined : text.slice(0, MAX_CHARACTERS)
  } catch (error) {
    if (error instanceof AppError) return undefined // A name without a value: this half stays unknown.
    throw error
  }
}

type Asked = { ok: true; answer: unknown } | { ok: false; reason: string }

async function askUpstream(
  requester: Requester,
  app: AppDefinition,
  template: RequestTemplate,
  values: UpstreamValues,
): Promise<Asked> {
  try {
    const { status, headers, body } = await sendRequest(requester, app, template, values, {
      timeoutMs: IDENTITY_TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
    })
    if (status < 200 || status >= 300)
      return { ok: false, reason: `the identity request was answered with ${status}` }
    const answer = parseAnswer(body.toString(), headers['content-type'] ?? '')
    if (answer === undefined) return { ok: false, reason: 'the identity answer cannot be read' }
    if (template.ok !== undefined && !holds(template.ok, answer))
      return { ok: false, reason: 'the identity answer reports a failure' }
    return { ok: true, answer }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ok: false, reason: error.message }
  }
}
