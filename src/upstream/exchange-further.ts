/** Owns trading the tokens of a code exchange for those that count, where an app wants a second step (quirk C7). */

import type { AppDefinition, TokenResponse } from './app-definition.ts'
import { buildRequest } from './template-request.ts'
import type { TokenSet } from './token-answer.ts'
import { requestTokens, type Upstream } from './token-request.ts'
import { oauth2Of, type UpstreamValues } from './upstream-context.ts'

/**
 * Carries the app's `exchange` steps out, each with the tokens of the one before. What an answer lacks stays as it was, and a step that
 * fails fails the whole exchange.
 * @param remainingMs how long there is, asked before each step
 * @throws TokenRequestFailed
 */
export async function exchangeFurther(
  upstream: Upstream,
  app: AppDefinition,
  values: UpstreamValues,
  first: TokenSet,
  remainingMs: () => number,
): Promise<TokenSet> {
  const oauth = oauth2Of(app)
  let tokens = first
  for (const step of oauth.exchange) {
    const { accessToken, refreshToken, stored, grantedScopes } = tokens
    const known: UpstreamValues = {
      ...values,
      customFields: { ...values.customFields, ...stored },
      stored: { ...values.stored, ...stored },
      accessToken,
      ...(refreshToken === undefined ? {} : { refreshToken }),
    }
    const secrets = [accessToken, refreshToken, values.client?.secret].filter((one) => one !== undefined)
    const next = await requestTokens(
      upstream,
      app,
      () => buildRequest(app, step, known, upstream.clock.now()),
      remainingMs(),
      {
        response: withErrorsOf(oauth.token_response, step.token_response),
        scopes: grantedScopes,
        secrets,
        ...(refreshToken === undefined ? {} : { refreshToken }),
      },
    )
    tokens = {
      ...tokens,
      ...next,
      stored: { ...stored, ...next.stored },
      raw: { ...(tokens.raw as object), ...(next.raw as object) },
    }
  }
  return tokens
}

/** An app names its errors in one way, whatever it is asked. */
const withErrorsOf = (first: TokenResponse, step: TokenResponse): TokenResponse => ({
  ...(first.error_in_200 === undefined ? {} : { error_in_200: first.error_in_200 }),
  ...step,
  permanent_errors: [...first.permanent_errors, ...step.permanent_errors],
  permanent_descriptions: [...first.permanent_descriptions, ...step.permanent_descriptions],
})
