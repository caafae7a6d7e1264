/** Owns what a request needs of the server, for the tests of this room: a real egress, a clock that stands still, no tokens yet. */

import type { TestContext } from 'node:test'
import { ManualClock } from '../platform/clock.ts'
import { createEgress } from './egress.ts'
import { MintedTokens, type Requester } from './minted-tokens.ts'

/** `allow` in the forms of `parseAllowList`. Closed when the test ends. */
export function localRequester(t: TestContext, allow: readonly string[]): Requester & { clock: ManualClock } {
  const egress = createEgress({ allow })
  t.after(() => egress.close())
  return { egress, clock: new ManualClock('2026-11-22T12:00:00Z'), mintedTokens: new MintedTokens() }
}
