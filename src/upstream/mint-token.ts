/** Owns fetching an access token for keys: by a signed assertion (RFC 7523 section 2.1) or by client credentials (RFC 6749 section 4.4). */

import { signAccountJwt } from './account-jwt.ts'
import { Lifecycle, TokenResponse, type AppDefinition } from './app-definition.ts'
import { clientBasic } from './client-proof.ts'
import { defaultsOf } from './fill-defaults.ts'
import type { Injection } from './injection-definition.ts'
import { renderEntries, renderTemplate, type TemplateContext } from './template.ts'
import type { TokenSet } from './token-answer.ts'
import { sendForTokens, type TokenCall, type Upstream } from './token-request.ts'
import { upstreamContext, upstreamUrl, type UpstreamValues } from './upstream-context.ts'

export type Minting = Extract<Injection, { type: 'jwt_assertion' | 'client_credentials' }>

const MINT_TIMEOUT_MS = 15_000

/** RFC 6749 section 5.1, of an app of which nothing else is known: what the format has as its defaults. */
const STANDARD_ANSWER = defaultsOf(TokenResponse) as TokenResponse
const NOTHING_KNOWN = defaultsOf(Lifecycle) as Lifecycle

/** One call. @throws TokenRequestFailed, `configuration` or `permanent` when the keys are refused */
export async function mintToken(
  upstream: Upstream,
  app: AppDefinition,
  minting: Minting,
  values: UpstreamValues,
): Promise<TokenSet> {
  const context = upstreamContext(app, values)
  const buildCall = (): TokenCall => {
    const { parameters, headers } =
      minting.type === 'jwt_assertion'
        ? byAssertion(minting, context, upstream.clock.now())
        : byClientCredentials(minting, context)
    return {
      method: 'POST',
      url: upstreamUrl(app, minting.token_url, context),
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new URLSearchParams(parameters).toString(),
    }
  }
  return sendForTokens(upstream, buildCall, MINT_TIMEOUT_MS, {
    response: STANDARD_ANSWER,
    lifecycle: NOTHING_KNOWN,
    scopeSeparator: ' ',
    scopes: null,
    secrets: Object.values(values.customFields),
  })
}

interface Grant {
  parameters: Record<string, string>
  headers: Record<string, string>
}

const byAssertion = (
  minting: Extract<Minting, { type: 'jwt_assertion' }>,
  context: TemplateContext,
  now: number,
): Grant => ({
  parameters: { grant_type: minting.grant_type, assertion: signAccountJwt(minting, context, now) },
  headers: {},
})

/** `params` are laid over the standard ones: Zoom has a grant type of its own. */
function byClientCredentials(
  minting: Extract<Minting, { type: 'client_credentials' }>,
  context: TemplateContext,
): Grant {
  const id = renderTemplate(minting.client_id, context) ?? ''
  const secret = renderTemplate(minting.client_secret, context) ?? ''
  const inBody = minting.client_auth === 'body' ? { client_id: id, client_secret: secret } : {}
  return {
    parameters: {
      grant_type: 'client_credentials',
      ...inBody,
      ...renderEntries(minting.params, context),
    },
    headers: minting.client_auth === 'basic' ? { authorization: clientBasic(id, secret) } : {},
  }
}
