/** A key that may do less than everything is a good key: whether the app's test request lies within what it may do says nothing against it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ManualClock } from '../platform/clock.ts'
import type { Egress } from '../upstream/egress.ts'
import { MintedTokens } from '../upstream/minted-tokens.ts'
import { runTestRequest } from '../upstream/test-request.ts'
import { loadCatalog } from './catalog.ts'

test('a key of narrow permissions, which its provider answers with 403, is not refused; a bad one, with 401, is', async () => {
  const { catalog } = await loadCatalog({ builtInDir: join(import.meta.dirname, '../../catalog/apps') })
  for (const slug of ['anthropic', 'klaviyo', 'openai', 'posthog', 'stripe']) {
    const app = catalog.find(slug)
    assert.ok(app, slug)
    const answering = (status: number) => ({
      egress: {
        request: async () => ({ status, headers: {}, body: Buffer.from('{}') }),
      } as unknown as Egress,
      clock: new ManualClock('2026-11-22T12:00:00Z'),
      mintedTokens: new MintedTokens(),
    })
    const values = { customFields: { api_key: 'pk_test' } }
    const refused = { ok: false, status: 401, reason: 'refused' }
    assert.deepEqual(await runTestRequest(answering(401), app, values), refused, slug)
    const unsure = { ok: false, status: 403, reason: 'failed' }
    assert.deepEqual(await runTestRequest(answering(403), app, values), unsure, slug)
  }
})
