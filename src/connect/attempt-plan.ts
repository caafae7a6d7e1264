/** Owns what an attempt keeps sealed: all that its end needs, so that nothing is looked up by what a callback says. */
import type { Binding, Vault } from '../platform/crypto/vault.ts'
import type { AttemptRow } from './store.ts'

export interface AttemptPlan {
  workspaceId: string
  /** The developer's own id for the person. */
  externalId: string
  /** `link`: the whole page goes to the provider and on to the redirect addresses; `frame`: a popup does, and the frame polls. */
  flow: 'link' | 'frame'
  /** Of the consent screen, with state and challenge. */
  authorizeUrl: string
  /** PKCE (RFC 7636). */
  codeVerifier: string
  redirectUri: string
  scopes: string[]
  userScopes: string[]
  customFields: Record<string, string>
  allowProgressiveScopes: boolean
  successRedirectUri: string | null
  errorRedirectUri: string | null
}

type Bound = Pick<AttemptRow, 'id' | 'project_id' | 'environment'>

const bindingOf = (row: Bound): Binding => ({
  table: 'connect_attempts',
  column: 'sealed',
  row: row.id,
  project: row.project_id,
  environment: row.environment,
})

export const sealPlan = (vault: Vault, row: Bound, plan: AttemptPlan): string =>
  vault.seal(bindingOf(row), JSON.stringify(plan))

/** @throws SealBroken */
export const openPlan = (vault: Vault, row: Bound & Pick<AttemptRow, 'sealed'>): AttemptPlan =>
  JSON.parse(vault.open(bindingOf(row), row.sealed)) as AttemptPlan
