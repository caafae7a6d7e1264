/** Owns how an outbound request can fail before there is an answer, and whether the other side may have seen it. */

import { UpstreamFailed, UpstreamTimedOut } from '../platform/errors.ts'

export type EgressFailureCode = 'egress_blocked' | 'upstream_unreachable' | 'upstream_too_large'

/** No usable answer. `sent`: bytes of the request may have reached the other side, so it may have acted on it. */
export class EgressFailed extends UpstreamFailed {
  readonly sent: boolean

  constructor(code: EgressFailureCode, message: string, sent: boolean, detail?: unknown) {
    super(message, { code, detail })
    this.sent = sent
  }
}

/** No whole answer in time. `sent` as in `EgressFailed`. */
export class EgressTimedOut extends UpstreamTimedOut {
  readonly sent: boolean

  constructor(message: string, sent: boolean) {
    super(message, { code: 'upstream_timeout' })
    this.sent = sent
  }
}

/** What a refusal says, with a reason of `admitUrl`. */
export const refusal = (reason: string): string => `This server does not connect there: ${reason}`
export const blocked = (reason: string): EgressFailed =>
  new EgressFailed('egress_blocked', refusal(reason), false)
