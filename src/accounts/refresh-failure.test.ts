/** What failures come to, step by step. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenFailureKind } from '../upstream/token-request-failed.ts'
import { afterFailure } from './refresh-failure.ts'

const HOUR = 3_600_000
const START = 1_795_000_000_000

type State = Parameters<typeof afterFailure>[0]
const healthy: State = {
  failures: 0,
  failure_kind: null,
  first_failed_at: null,
  outcome_unknown_at: null,
  unhealthy_at: null,
  expires_at: null,
}

/** An account that fails as it is told, at the moments it is told. */
function account(random = 0) {
  let row = healthy
  return {
    fail(kind: TokenFailureKind, at = 0, retryAfterSeconds?: number) {
      const failure = { kind, message: `${kind}: x`, retryAfterSeconds }
      const change = afterFailure(row, failure, START + at, random)
      row = { ...row, ...change.credentials, ...change.account }
      return {
        ...change,
        waitSeconds: change.credentials.retry_at ? (change.credentials.retry_at - START - at) / 1000 : null,
        dead: change.account.dead_at !== undefined,
      }
    },
    is: () => row,
  }
}

test('an outage is asked soon again, then less and less, and the last step repeats', () => {
  const one = account()
  const waits = Array.from({ length: 11 }, () => one.fail('transient').waitSeconds)
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 300, 300, 300])
  assert.equal(one.is().unhealthy_at, null)
})

test('a refusal is asked again over a day', () => {
  const one = account()
  const waits = Array.from({ length: 6 }, () => one.fail('permanent').waitSeconds)
  assert.deepEqual(waits, [60, 600, 3600, 21_600, 86_400, 86_400])
  assert.equal(one.is().unhealthy_at, START)
})

test('jitter adds up to a fifth, and never takes away', () => {
  assert.equal(account(0.999_999).fail('transient').waitSeconds, 1.2)
  assert.equal(account(0.5).fail('permanent').waitSeconds, 66)
})

test('Retry-After is obeyed where it is longer than the step, for a day at most', () => {
  assert.equal(account().fail('transient', 0, 120).waitSeconds, 120)
  assert.equal(account().fail('transient', 0, 999_999_999).waitSeconds, 86_400)
  assert.equal(account().fail('transient', 0, 0).waitSeconds, 1)
  assert.equal(account().fail('permanent', 0, 5).waitSeconds, 60)
})

const deaths: { name: string; fails: [TokenFailureKind, number][]; dead: boolean }[] = [
  {
    name: 'three refusals within a minute',
    fails: [
      ['permanent', 0],
      ['permanent', 20],
      ['permanent', 60_000],
    ],
    dead: false,
  },
  {
    name: 'two refusals a week apart',
    fails: [
      ['permanent', 0],
      ['permanent', 168 * HOUR],
    ],
    dead: false,
  },
  {
    name: 'three, a millisecond short of a day',
    fails: [
      ['permanent', 0],
      ['permanent', HOUR],
      ['permanent', 24 * HOUR - 1],
    ],
    dead: false,
  },
  {
    name: 'three over a day',
    fails: [
      ['permanent', 0],
      ['permanent', HOUR],
      ['permanent', 24 * HOUR],
    ],
    dead: true,
  },
  {
    name: 'a hundred outages over a month',
    fails: Array.from({ length: 100 }, (_, i) => ['transient', i * 8 * HOUR]),
    dead: false,
  },
  {
    name: 'a client secret that is wrong for a month',
    fails: Array.from({ length: 100 }, (_, i) => ['configuration', i * 8 * HOUR]),
    dead: false,
  },
  {
    name: 'a lost answer every day',
    fails: Array.from({ length: 30 }, (_, i) => ['unknown', i * 24 * HOUR]),
    dead: false,
  },
  {
    name: 'a wrong client secret for days, then one refusal',
    fails: [
      ['configuration', 0],
      ['configuration', 24 * HOUR],
      ['configuration', 48 * HOUR],
      ['permanent', 72 * HOUR],
    ],
    dead: false,
  },
  {
    name: 'outages for days, then two refusals',
    fails: [
      ['transient', 0],
      ['transient', 24 * HOUR],
      ['transient', 48 * HOUR],
      ['permanent', 72 * HOUR],
      ['permanent', 73 * HOUR],
    ],
    dead: false,
  },
  {
    name: 'refusals with an outage between: the outage is not counted with them',
    fails: [
      ['permanent', 0],
      ['transient', HOUR],
      ['permanent', 2 * HOUR],
      ['permanent', 25 * HOUR],
    ],
    dead: false,
  },
]
for (const { name, fails, dead } of deaths) {
  test(`${dead ? 'dead' : 'not dead'}: ${name}`, () => {
    const one = account()
    const verdicts = fails.map(([kind, at]) => one.fail(kind, at).dead)
    assert.deepEqual(
      verdicts,
      fails.map((_, i) => dead && i === fails.length - 1),
    )
  })
}

test('a dead account is never asked again', () => {
  const one = account()
  one.fail('permanent', 0)
  one.fail('permanent', HOUR)
  const { credentials, account: state } = one.fail('permanent', 24 * HOUR)
  assert.deepEqual(
    [credentials.retry_at, state.next_refresh_at, state.dead_at],
    [null, null, START + 24 * HOUR],
  )
})

test('an unhealthy account whose provider is down is asked less and less all the same', () => {
  const one = account()
  one.fail('permanent')
  const waits = Array.from({ length: 4 }, () => one.fail('transient', HOUR).waitSeconds)
  assert.deepEqual(waits, [1, 2, 4, 8])
  // It stays unhealthy since when it was first refused.
  assert.equal(one.is().unhealthy_at, START)
})

test('outages before a refusal do not bring it nearer to death', () => {
  const one = account()
  for (let i = 0; i < 5; i += 1) one.fail('transient', i)
  const { credentials } = one.fail('permanent', 100)
  assert.deepEqual([credentials.failures, credentials.first_failed_at], [1, START + 100])
})

test('after a lost answer a refusal is said to be one of ours, never the user’s', () => {
  const one = account()
  const lost = one.fail('unknown', 0)
  assert.deepEqual([lost.credentials.outcome_unknown_at, lost.account.unhealthy_at], [START, undefined])
  one.fail('transient', 1000)
  assert.equal(one.is().outcome_unknown_at, START)
  const refused = one.fail('permanent', 2000)
  assert.match(refused.account.error ?? '', /^refresh_outcome_unknown/)
  assert.doesNotMatch(refused.account.error ?? '', /revoked/)
  assert.equal(refused.account.unhealthy_at, START + 2000)
  // Without a lost answer before it, it is what it says.
  assert.equal(account().fail('permanent').account.error, 'permanent: x')
})

test('every failure gives the reservation back and leaves the credentials alone', () => {
  for (const kind of ['configuration', 'permanent', 'transient', 'unknown'] as const) {
    const { credentials, account: state } = account().fail(kind)
    assert.deepEqual(
      [credentials.refresh_attempt, credentials.refresh_holder, credentials.refresh_lease_until],
      [null, null, null],
    )
    for (const column of ['sealed', 'data_key', 'generation', 'kind', 'previous_sealed'])
      assert.ok(!(column in credentials), column)
    assert.ok(!('expires_at' in state))
    assert.equal(state.next_refresh_at, credentials.retry_at)
    assert.equal(credentials.failure_kind, kind)
  }
})

test('G8-154: an outage makes nobody unhealthy until the token has been over for ten minutes; then it is told once', () => {
  const MINUTE = 60_000
  let row: State = { ...healthy, expires_at: START + 5 * MINUTE }
  const events = [0, 5, 14.9, 15, 16, 60].map((minutes) => {
    const kind = minutes % 2 ? ('unknown' as const) : ('transient' as const)
    const failure = { kind, message: 'x', retryAfterSeconds: undefined }
    const change = afterFailure(row, failure, START + minutes * MINUTE, 0)
    row = { ...row, ...change.credentials, ...change.account }
    return change.event
  })
  assert.deepEqual(events, [undefined, undefined, undefined, 'account.unhealthy', undefined, undefined])
  // A process that was down itself does not blame the provider for it.
  const first = afterFailure(
    { ...healthy, expires_at: START - 24 * HOUR },
    { kind: 'transient', message: 'x', retryAfterSeconds: undefined },
    START,
    0,
  )
  assert.deepEqual([first.event, first.account.unhealthy_at], [undefined, undefined])
})

test('G8-152, G8-153: a refusal is told once as unhealthy, then as dead; not as dead while everybody is refused', () => {
  const one = account()
  const events = [0, 1, 24, 25].map((hours) => one.fail('permanent', hours * HOUR).event)
  assert.deepEqual(events, ['account.unhealthy', undefined, 'account.dead', 'account.dead'])
  const refusal = { kind: 'permanent' as const, message: 'x', retryAfterSeconds: undefined }
  const late: State = { ...healthy, failures: 9, failure_kind: 'permanent', first_failed_at: START }
  const held = afterFailure({ ...late, unhealthy_at: START }, refusal, START + 48 * HOUR, 0, true)
  assert.deepEqual([held.event, held.account.dead_at], [undefined, undefined])
  assert.notEqual(held.credentials.retry_at, null)
})
