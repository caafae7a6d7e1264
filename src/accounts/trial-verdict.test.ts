/** What trials of keys come to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestResult } from '../upstream/test-request.ts'
import { trialVerdict } from './trial-verdict.ts'

const HOUR = 3_600_000
const START = 1_795_000_000_000
const refused: TestResult = { ok: false, status: 401, reason: 'refused' }
type State = Parameters<typeof trialVerdict>[0]

function keys(state: State = { failures: 0, first_failed_at: null, unhealthy_at: null }) {
  let row = state
  return (result: TestResult, at: number) => {
    const verdict = trialVerdict(row, { result, now: START + at, hours: 24, random: 0.5 })
    row = { ...row, ...verdict.credentials, ...verdict.account }
    return { ...verdict, row }
  }
}

test('refused once is not believed, twice within the hour neither; after an hour it is, and told once', () => {
  const tryOut = keys()
  assert.deepEqual([tryOut(refused, 0).event, tryOut(refused, HOUR - 1).event], [undefined, undefined])
  const second = tryOut(refused, HOUR)
  assert.equal(second.event, 'account.unhealthy')
  assert.match(second.account.error ?? '', /^credentials_refused: .*401/)
  assert.equal(second.nextTrialAt, START + 7 * HOUR)
  const third = tryOut(refused, 400 * 24 * HOUR)
  assert.deepEqual([third.event, third.account.unhealthy_at], [undefined, START + HOUR])
  assert.ok(!('dead_at' in third.account))
})

test('a success between two refusals starts the count again, and after them is a recovery', () => {
  const tryOut = keys()
  tryOut(refused, 0)
  assert.equal(tryOut({ ok: true }, HOUR).event, undefined)
  assert.equal(tryOut(refused, 2 * HOUR).event, undefined)
  assert.equal(tryOut(refused, 3 * HOUR).event, 'account.unhealthy')
  const back = tryOut({ ok: true }, 4 * HOUR)
  assert.equal(back.event, 'account.recovered')
  assert.deepEqual([back.row.failures, back.row.unhealthy_at, back.account.error], [0, null, null])
})

test('no verdict changes nothing', () => {
  const unhealthy = { failures: 2, first_failed_at: START, unhealthy_at: START + HOUR }
  for (const state of [undefined, unhealthy])
    for (const [status, reason] of [
      [500, 'failed'],
      [404, 'failed'],
      [null, 'upstream_timeout'],
    ] as const) {
      const { account, credentials, event } = keys(state)({ ok: false, status, reason }, 2 * HOUR)
      assert.deepEqual([account, credentials, event], [{ last_checked_at: START + 2 * HOUR }, {}, undefined])
    }
})
