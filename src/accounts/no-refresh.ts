/** Owns the state of credentials that nobody is refreshing and whose last refresh did not fail: what every good write leaves behind. */
import type { CredentialsRow } from './store.ts'

export const noRefresh = {
  refresh_attempt: null,
  refresh_holder: null,
  refresh_lease_until: null,
  failures: 0,
  failure_kind: null,
  first_failed_at: null,
  outcome_unknown_at: null,
  retry_at: null,
} as const satisfies Partial<CredentialsRow>
