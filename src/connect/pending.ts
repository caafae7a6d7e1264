/** Owns what an attempt keeps sealed between the provider's answer and the account: while somebody still has to say something. */
import type { NewCredentials } from '../accounts/save-account.ts'
import type { Binding, Vault } from '../platform/crypto/vault.ts'
import type { LookupChoice } from '../upstream/run-lookups.ts'
import type { AttemptRow } from './store.ts'

/** What the person is asked: which of several things at the app, or what to do about another identity than before. */
export type Question =
  | ({ kind: 'lookup' } & LookupChoice)
  | {
      kind: 'identity'
      /** The names at the app, where they are known: of the account, and of whoever signed in now. */
      before: string | null
      now: string | null
    }

export interface Pending {
  name: string | null
  /** The provider's own id for the person; null where it names none. */
  uid: string | null
  credentials: NewCredentials
  oauthAppId: string | null
  /** What consumes the Connect token; its exact repeat gets the same account. */
  consumer: string
  /** Lookups without an answer yet. */
  choices: readonly LookupChoice[]
  /** The person wants the account to be the other identity's from now on. */
  replaces: boolean
  question: Question | null
  /** Where the developer's server learns of the connection, with the code for its word on it. */
  verifierAddress: string | null
}

/** How long the secret of somebody who does not answer is kept. */
export const PENDING_LIFE_MS = 10 * 60_000

type Bound = Pick<AttemptRow, 'id' | 'project_id' | 'environment'>

const bindingOf = (row: Bound): Binding => ({
  table: 'connect_attempts',
  column: 'pending',
  row: row.id,
  project: row.project_id,
  environment: row.environment,
})

export const sealPending = (vault: Vault, row: Bound, pending: Pending): string =>
  vault.seal(bindingOf(row), JSON.stringify(pending))

/** Null when nothing is waiting. @throws SealBroken */
export const openPending = (vault: Vault, row: Bound & Pick<AttemptRow, 'pending'>): Pending | null =>
  row.pending === null ? null : (JSON.parse(vault.open(bindingOf(row), row.pending)) as Pending)
