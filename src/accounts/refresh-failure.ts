/** Owns what a failed refresh means for the account: when to try again, when it is unhealthy, when it is dead. */
import type { AccountEventType } from '../events/record-event.ts'
import type { TokenFailureKind } from '../upstream/token-request-failed.ts'
import type { AccountRow, CredentialsRow } from './store.ts'

export interface Failure {
  kind: TokenFailureKind
  /** For the account's `error`: our words and the provider's code, no secret. */
  message: string
  retryAfterSeconds: number | undefined
}

/** Seconds. A provider that is down is asked soon again, then less and less; the last step repeats. */
const TRANSIENT_STEPS = [1, 2, 4, 8, 16, 32, 64, 128, 300]
/** Seconds. A refusal is believed only when it is repeated over a day: providers have refused by mistake. */
const REFUSAL_STEPS = [60, 600, 3600, 6 * 3600, 24 * 3600]
const REFUSALS_BEFORE_DEATH = 3
const DEATH_AFTER_MS = 24 * 3600 * 1000
/** Seconds. An account is tried again within a day, however long `Retry-After` is: some mean years. */
const LONGEST_WAIT = 24 * 3600
const JITTER = 0.2
/** An outage makes an account unhealthy when its token has been over, and refreshing has failed, for so long. */
const OUTAGE_PATIENCE_MS = 10 * 60_000

const OUTCOME_UNKNOWN =
  'refresh_outcome_unknown: an answer of the provider was lost, and it no longer accepts the refresh token; the account has to be reconnected'

type Change = {
  account: Partial<AccountRow>
  credentials: Partial<CredentialsRow>
  /** What developers are told of it: changes only, not every failure. */
  event: Extract<AccountEventType, 'account.unhealthy' | 'account.dead'> | undefined
}

/** Nobody refused anything: such failures follow each other in any order during one outage. */
const isOutage = (kind: TokenFailureKind | null) => kind === 'transient' || kind === 'unknown'

/**
 * `random` in [0, 1) spreads the retries of accounts that failed together. `refusesEverybody`: the provider does so to most accounts at the
 * moment, and then a refusal is not believed to be about this one.
 */
export function afterFailure(
  row: Pick<CredentialsRow, 'failures' | 'failure_kind' | 'first_failed_at' | 'outcome_unknown_at'> &
    Pick<AccountRow, 'unhealthy_at' | 'expires_at'>,
  failure: Failure,
  now: number,
  random: number,
  refusesEverybody = false,
): Change {
  const refused = failure.kind === 'permanent' || failure.kind === 'configuration'
  // Each kind is counted by itself: an outage, or a client secret that is wrong, says nothing about the grant.
  const again = row.failure_kind === failure.kind || (isOutage(row.failure_kind) && isOutage(failure.kind))
  const failures = again ? row.failures + 1 : 1
  const firstFailedAt = again && row.first_failed_at !== null ? row.first_failed_at : now
  const steps = refused ? REFUSAL_STEPS : TRANSIENT_STEPS
  const step = steps[Math.min(failures, steps.length) - 1]!
  const wait = Math.max(step * (1 + JITTER * random), Math.min(failure.retryAfterSeconds ?? 0, LONGEST_WAIT))
  const retryAt = Math.round(now + wait * 1000)
  const dead =
    failure.kind === 'permanent' &&
    failures >= REFUSALS_BEFORE_DEATH &&
    now - firstFailedAt >= DEATH_AFTER_MS &&
    !refusesEverybody
  const unhealthy =
    refused ||
    (row.expires_at !== null && now - Math.max(row.expires_at, firstFailedAt) >= OUTAGE_PATIENCE_MS)
  const lostAnswer = failure.kind === 'permanent' && row.outcome_unknown_at !== null
  return {
    credentials: {
      failures,
      failure_kind: failure.kind,
      first_failed_at: firstFailedAt,
      outcome_unknown_at: failure.kind === 'unknown' ? now : row.outcome_unknown_at,
      retry_at: dead ? null : retryAt,
      refresh_attempt: null,
      refresh_holder: null,
      refresh_lease_until: null,
    },
    account: {
      error: lostAnswer ? OUTCOME_UNKNOWN : failure.message,
      ...(unhealthy ? { unhealthy_at: row.unhealthy_at ?? now } : {}),
      ...(dead ? { dead_at: now } : {}),
      next_refresh_at: dead ? null : retryAt,
      updated_at: now,
    },
    event: dead ? 'account.dead' : unhealthy && row.unhealthy_at === null ? 'account.unhealthy' : undefined,
  }
}
