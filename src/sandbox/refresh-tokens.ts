/** Owns the refresh of tokens (RFC 6749 section 6), with the strict rotation that catches a token used twice (RFC 9700 section 4.14.2). */
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import type { SandboxSettings } from './contract.ts'
import { refreshGrant, revokeByPreviousRefreshToken } from './store.ts'
import { mintTokens, refused, type TokenOutcome } from './token-outcome.ts'

/** The access token before it ends with the refresh. */
export async function refreshTokens(
  app: Pick<App, 'db' | 'clock'>,
  settings: SandboxSettings,
  refreshToken: string | undefined,
): Promise<TokenOutcome> {
  if (settings.rotate === 'none')
    return refused('unsupported_grant_type', 'This provider has no refresh tokens')
  if (!refreshToken) return refused('invalid_request', 'refresh_token is missing')
  const presented = digest(refreshToken)
  const minted = mintTokens(app, settings)
  const rotates = settings.rotate === 'strict'
  const digests = rotates ? minted.digests : { ...minted.digests, refresh_digest: presented }
  return app.db.write(async (tx): Promise<TokenOutcome> => {
    const grant = await refreshGrant(tx, presented, digests)
    if (grant) {
      return {
        kind: 'issued',
        by: 'refresh',
        accessToken: minted.accessToken,
        ...(rotates ? { refreshToken: minted.refreshToken } : {}),
        scope: grant.scope,
      }
    }
    const reused = (await revokeByPreviousRefreshToken(tx, presented, app.clock.now())) > 0
    return refused(
      'invalid_grant',
      reused ? 'The refresh token was used before; the grant has ended' : 'The refresh token is not good',
    )
  })
}
