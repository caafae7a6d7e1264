/** Owns what an attempt keeps sealed: all that its end needs, so that nothing is looked up by what a callback says. */
import type { Binding, Vault } from '../platform/crypto/vault.ts'
import type { OAuth1Token } from '../upstream/oauth1-tokens.ts'
import type { AttemptRequest } from './create-attempt.ts'
import type { UpstreamClient } from '../upstream/upstream-context.ts'
import type { AttemptRow } from './store.ts'

export interface AttemptPlan {
  workspaceId: string
  /** The developer's own id for the person. */
  externalId: string
  /** Itself: the webhook that says how it ended names it (contract 7.1). */
  connectToken: string
  /** `link`: the whole page goes to the provider and on to the redirect addresses; `frame`: a popup does, and the frame polls. */
  flow: 'link' | 'frame'
  /** What was asked for, to begin once more. */
  request: Omit<AttemptRequest, 'token'>
  /** Of the consent screen, with state and challenge. */
  authorizeUrl: string
  /** OAuth 1 only; its name comes back in the callback. */
  requestToken?: OAuth1Token
  /** PKCE (RFC 7636). */
  codeVerifier: string
  /** OpenID Connect; sent where an ID token is read. */
  nonce?: string
  /** That the person brought (`customOauthClient`): kept with the account, and refreshed with. */
  ownClient?: UpstreamClient
  redirectUri: string
  scopes: string[]
  userScopes: string[]
  customFields: Record<string, string>
  allowProgressiveScopes: boolean
  successRedirectUri: string | null
  errorRedirectUri: string | null
  /** That the link or the token named; null: the browser's own. */
  language: string | null
}

/** Without a trip to a provider: the keys were here from the beginning. */
export const isOfKeys = ({ authorizeUrl }: Pick<AttemptPlan, 'authorizeUrl'>): boolean => authorizeUrl === ''

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
