/** Owns what a trial of an account's keys means for the account. Trials never end an account: keys are refused by mistake, too. */
import type { AccountEventType } from '../events/record-event.ts'
import type { TestResult } from '../upstream/test-request.ts'
import { retestAt } from './check-time.ts'
import type { AccountRow, AccountWithCredentials, CredentialsRow } from './store.ts'

const HOUR_MS = 3_600_000
const REFUSALS = 2
/** An unhealthy account is tried out more often, because somebody waits for it to recover. */
const UNHEALTHY_HOURS = 6

interface Trial {
  result: TestResult
  now: number
  /** Between two trials. */
  hours: number
  random: number
}

interface Verdict {
  account: Partial<AccountRow>
  credentials: Partial<CredentialsRow>
  event: Extract<AccountEventType, 'account.unhealthy' | 'account.recovered'> | undefined
  nextTrialAt: number
}

/** Unhealthy after two refusals in a row that lie an hour apart; healthy after one success. */
export function trialVerdict(
  row: Pick<AccountWithCredentials, 'failures' | 'first_failed_at' | 'unhealthy_at'>,
  { result, now, hours, random }: Trial,
): Verdict {
  const seen = { last_checked_at: now }
  if (result.ok) {
    const recovered = row.unhealthy_at !== null
    return {
      account: recovered ? { ...seen, error: null, unhealthy_at: null, updated_at: now } : seen,
      credentials: row.failures > 0 ? { failures: 0, failure_kind: null, first_failed_at: null } : {},
      event: recovered ? 'account.recovered' : undefined,
      nextTrialAt: retestAt(now, hours, random),
    }
  }
  if (result.reason !== 'refused') {
    // Nobody answered, or about something else. That proves nothing about the keys.
    return { account: seen, credentials: {}, event: undefined, nextTrialAt: now + HOUR_MS }
  }
  const failures = row.failures + 1
  const firstFailedAt = row.first_failed_at ?? now
  const credentials = { failures, failure_kind: 'permanent' as const, first_failed_at: firstFailedAt }
  if (failures < REFUSALS || now - firstFailedAt < HOUR_MS) {
    return { account: seen, credentials, event: undefined, nextTrialAt: firstFailedAt + HOUR_MS }
  }
  const answer = result.status === null ? '' : ` with HTTP ${result.status}`
  return {
    account: {
      ...seen,
      error: `credentials_refused: the app refused a test request${answer}; they have to be replaced`,
      unhealthy_at: row.unhealthy_at ?? now,
      updated_at: now,
    },
    credentials,
    event: row.unhealthy_at === null ? 'account.unhealthy' : undefined,
    nextTrialAt: retestAt(now, Math.min(hours, UNHEALTHY_HOURS), random),
  }
}
