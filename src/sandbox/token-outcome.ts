/** Owns what a token request can come to, before any switch decides how it is said. */
import type { App } from '../app.ts'
import { digest, mintSecret } from '../platform/crypto/secrets.ts'
import type { SandboxSettings } from './contract.ts'
import type { IssuedDigests } from './store.ts'

/** RFC 6749 section 5.2, and what a provider in trouble says. */
export type TokenError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'server_error'
  | 'rate_limited'

export interface Issued {
  kind: 'issued'
  by: 'code' | 'refresh'
  accessToken: string
  /** Absent: this answer names none. */
  refreshToken?: string
  scope: string
}

export interface Refused {
  kind: 'refused'
  status: number
  error: TokenError
  description: string
}

export type TokenOutcome = Issued | Refused

/** A value and not an exception: what the refusal wrote, such as a revocation, must not be rolled back. */
export const refused = (error: TokenError, description: string, status = 400): Refused => ({
  kind: 'refused',
  status,
  error,
  description,
})

export interface MintedTokens {
  accessToken: string
  refreshToken: string
  /** `refresh_digest` is that of the new refresh token. */
  digests: IssuedDigests
}

export function mintTokens({ clock }: Pick<App, 'clock'>, settings: SandboxSettings): MintedTokens {
  const accessToken = mintSecret('acme_at_')
  const refreshToken = mintSecret('acme_rt_')
  return {
    accessToken,
    refreshToken,
    digests: {
      access_digest: digest(accessToken),
      access_expires_at: clock.now() + settings.access_ttl_seconds * 1000,
      refresh_digest: digest(refreshToken),
    },
  }
}
