/**
 * Owns the access tokens that were minted from accounts' keys: in the memory of this process only, one call at a time for the same keys,
 * renewed before they expire, forgotten when they are refused.
 */

import { digest } from '../platform/crypto/secrets.ts'
import { Secret } from '../platform/secret.ts'
import type { AppDefinition } from './app-definition.ts'
import { injectionOf } from './inject-credentials.ts'
import { mintToken, type Minting } from './mint-token.ts'
import type { Upstream } from './token-request.ts'
import type { UpstreamValues } from './upstream-context.ts'

/** What a request in an account's name needs of the server. */
export interface Requester extends Upstream {
  mintedTokens: MintedTokens
}

interface MintedToken {
  token: Secret
  /** Milliseconds. */
  renewAt: number
  expiresAt: number
}

export interface ReadyValues {
  values: UpstreamValues
  /** They hold a token from memory, which its app may have ended meanwhile. */
  remembered: boolean
}

const MAX_TOKENS = 10_000
/** Where an answer names no life (Salesforce): long enough to matter, short enough to end. */
const ASSUMED_LIFE_MS = 10 * 60_000
const MAX_MARGIN_MS = 2 * 60_000

export class MintedTokens {
  /** By digest of all that a token is made from: other keys are another entry, and the same keys have the same token anyway. */
  readonly #tokens = new Map<string, MintedToken>()
  readonly #flights = new Map<string, Promise<MintedToken>>()

  /**
   * The values with `derived.access_token`, where the app mints one; else as they are. `choice` as for `injectCredentials`.
   * @throws TokenRequestFailed, BadRequest `unknown_alternate_auth`
   */
  async ready(
    upstream: Upstream,
    app: AppDefinition,
    values: UpstreamValues,
    choice?: string,
  ): Promise<ReadyValues> {
    const minting = mintingOf(app, choice)
    if (minting === undefined) return { values, remembered: false }
    const key = keyOf(app, minting, values)
    const known = this.#tokens.get(key)
    const now = upstream.clock.now()
    if (known && known.renewAt > now) return { values: withToken(values, known), remembered: true }
    try {
      const minted = await this.#mint(key, upstream, app, minting, values)
      return { values: withToken(values, minted), remembered: false }
    } catch (error) {
      // Ahead of the time there is no hurry.
      if (known && known.expiresAt > now) return { values: withToken(values, known), remembered: true }
      throw error
    }
  }

  /** After a 401. */
  forget(app: AppDefinition, values: UpstreamValues, choice?: string): void {
    const minting = mintingOf(app, choice)
    if (minting !== undefined) this.#tokens.delete(keyOf(app, minting, values))
  }

  #mint(
    key: string,
    upstream: Upstream,
    app: AppDefinition,
    minting: Minting,
    values: UpstreamValues,
  ): Promise<MintedToken> {
    const known = this.#flights.get(key)
    if (known) return known
    const flight = mintToken(upstream, app, minting, values)
      .then(({ accessToken, expiresAt }) => {
        const now = upstream.clock.now()
        const life = expiresAt === null ? ASSUMED_LIFE_MS : expiresAt - now
        const minted = {
          token: new Secret(accessToken),
          renewAt: now + life - Math.min(MAX_MARGIN_MS, life / 5),
          expiresAt: now + life,
        }
        this.#keep(key, minted)
        return minted
      })
      .finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  #keep(key: string, minted: MintedToken): void {
    this.#tokens.delete(key)
    const oldest = this.#tokens.size >= MAX_TOKENS ? this.#tokens.keys().next() : undefined
    if (oldest && !oldest.done) this.#tokens.delete(oldest.value)
    this.#tokens.set(key, minted)
  }
}

function mintingOf(app: AppDefinition, choice: string | undefined): Minting | undefined {
  const injection = injectionOf(app, choice)
  return injection?.type === 'jwt_assertion' || injection?.type === 'client_credentials'
    ? injection
    : undefined
}

const keyOf = (app: AppDefinition, minting: Minting, { derived: _derived, ...values }: UpstreamValues) =>
  digest(JSON.stringify([app.name_slug, app.settings, app.custom_fields, minting, values]))

const withToken = (values: UpstreamValues, { token }: MintedToken): UpstreamValues => ({
  ...values,
  derived: { ...values.derived, access_token: token.reveal() },
})
