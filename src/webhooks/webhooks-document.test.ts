/** The page docs/webhooks.md: its code verifies what we send, its table is the one we keep. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nextAttemptAt, RETRY_FOR_MS } from './retry-intervals.ts'
import { deliveryHeaders } from './send-delivery.ts'
import { mintSigningKey } from './signing-key.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8')
const NOW = Date.parse('2026-11-22T12:00:00.000Z')

type Verify = (key: string, headers: Record<string, string>, body: string, now?: number) => boolean

test('the code of the page accepts what we sign, and nothing that was changed', async () => {
  const [, code = ''] = /```js\n(.*?)```/s.exec(page) ?? []
  const { verifyStandard, verifyVendor } = (await import(
    `data:text/javascript,${encodeURIComponent(code)}`
  )) as { verifyStandard: Verify; verifyVendor: Verify }
  const [old, fresh] = [mintSigningKey(), mintSigningKey()]
  const event = { id: 'evt_1', project_id: 'proj_1', environment: 'production' } as const
  const body = '{"id":"evt_1"}'
  const headers = deliveryHeaders(event, {}, body, [fresh, old], NOW)
  for (const verify of [verifyStandard, verifyVendor]) {
    for (const key of [old, fresh]) assert.ok(verify(key.reveal(), headers, body, NOW))
    assert.ok(!verify(mintSigningKey().reveal(), headers, body, NOW))
    assert.ok(!verify(fresh.reveal(), headers, `${body} `, NOW))
    assert.ok(!verify(fresh.reveal(), headers, body, NOW + 301_000))
    assert.ok(!verify(fresh.reveal(), {}, body, NOW))
  }
  assert.ok(!verifyStandard(fresh.reveal(), { ...headers, 'webhook-id': 'evt_2' }, body, NOW))
})

test('the gaps between attempts are those of the page, and the last attempt is within a day', () => {
  const gapAt = new Map<number, number>()
  let attempts = 0
  let at = 0
  for (;;) {
    attempts += 1
    const next = nextAttemptAt({ attempts, retryUntil: RETRY_FOR_MS }, at, () => 0)
    if (next === undefined) break
    gapAt.set(at, next - at)
    at = next
  }
  assert.ok(at > 22 * 3_600_000 && at <= RETRY_FOR_MS)
  const after = (minutes: number) => {
    const start = [...gapAt.keys()].findLast((begin) => begin <= minutes * 60_000)!
    return gapAt.get(start)! / 60_000
  }
  assert.deepEqual([15, 60, 90, 200, 400, 700, 1300].map(after), [8, 8, 15, 30, 60, 120, 120])
  for (const minutes of ['8 minutes', '15 minutes', '30 minutes', '1 hour', '2 hours'])
    assert.match(page, new RegExp(`\\| ${minutes} +\\|`))
})

test('what the receiver asks for wins over the table, up to a day; three attempts there are in any case', () => {
  const retry = { attempts: 1, retryUntil: RETRY_FOR_MS }
  assert.equal(nextAttemptAt({ ...retry, askedWaitMs: 77_000 }, 0), 77_000)
  assert.equal(nextAttemptAt({ ...retry, askedWaitMs: 0 }, 0), 1_000)
  assert.equal(nextAttemptAt({ ...retry, askedWaitMs: 9e9 }, 0), RETRY_FOR_MS)
  assert.equal(
    nextAttemptAt({ attempts: 2, retryUntil: 0 }, 5, () => 0),
    15_005,
  )
  assert.equal(
    nextAttemptAt({ attempts: 3, retryUntil: 0 }, 5, () => 0),
    undefined,
  )
})
