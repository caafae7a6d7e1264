/** Owns sending a request that the catalogue describes, in an account's name. */

import type { AppDefinition, RequestTemplate } from './app-definition.ts'
import type { OutboundRequest, OutboundResponse } from './egress.ts'
import type { Requester } from './minted-tokens.ts'
import { buildRequest } from './template-request.ts'
import type { UpstreamValues } from './upstream-context.ts'

/**
 * Sent once; once more where a minted token is refused that was still thought good.
 * @throws BadRequest if a value is missing; EgressFailed and EgressTimedOut; TokenRequestFailed when no token could be minted
 */
export async function sendRequest(
  { egress, clock, mintedTokens }: Requester,
  app: AppDefinition,
  template: RequestTemplate,
  given: UpstreamValues,
  limits: Pick<OutboundRequest, 'timeoutMs' | 'maxBytes'>,
): Promise<OutboundResponse> {
  const send = async () => {
    const { values, remembered } =
      template.auth === 'account'
        ? await mintedTokens.ready({ egress, clock }, app, given)
        : { values: given, remembered: false }
    const request = buildRequest(app, template, values, clock.now())
    return { remembered, answer: await egress.request({ ...request, ...limits }) }
  }
  const first = await send()
  if (first.answer.status !== 401 || !first.remembered) return first.answer
  mintedTokens.forget(app, given)
  return (await send()).answer
}
