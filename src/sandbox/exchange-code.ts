/** Owns the exchange of a code for tokens (RFC 6749 section 4.1.3): once, in time, by whoever asked for it. */
import type { App } from '../app.ts'
import { codeChallengeOf, digest, equalDigests } from '../platform/crypto/secrets.ts'
import type { SandboxSettings, TokenForm } from './contract.ts'
import { findGrantByCode, redeemCode, revokeGrant, type SandboxGrant } from './store.ts'
import { mintTokens, refused, type TokenOutcome } from './token-outcome.ts'

/** A code that comes twice ends its grant, tokens and all (section 4.1.2). */
export async function exchangeCode(
  app: Pick<App, 'db' | 'clock'>,
  settings: SandboxSettings,
  request: TokenForm,
): Promise<TokenOutcome> {
  const { code } = request
  if (!code) return refused('invalid_request', 'code is missing')
  const now = app.clock.now()
  const minted = mintTokens(app, settings)
  const withRefresh = settings.rotate !== 'none'
  return app.db.write(async (tx): Promise<TokenOutcome> => {
    const grant = await findGrantByCode(tx, digest(code))
    if (!grant) return refused('invalid_grant', 'The code is not known')
    const problem = grant.code_expires_at === null ? undefined : problemWith(grant, request, now)
    if (problem !== undefined) return refused('invalid_grant', problem)
    const redeemed = await redeemCode(tx, grant.id, {
      ...minted.digests,
      refresh_digest: withRefresh ? minted.digests.refresh_digest : null,
    })
    if (!redeemed) {
      await revokeGrant(tx, grant.id, now)
      return refused('invalid_grant', 'The code was used before')
    }
    return {
      kind: 'issued',
      by: 'code',
      accessToken: minted.accessToken,
      ...(withRefresh ? { refreshToken: minted.refreshToken } : {}),
      scope: redeemed.scope,
    }
  })
}

function problemWith(grant: SandboxGrant, request: TokenForm, now: number): string | undefined {
  if ((grant.code_expires_at ?? 0) <= now) return 'The code has expired'
  if (request.redirect_uri !== grant.code_redirect_uri) return 'redirect_uri is not the one of the code'
  const { code_verifier: verifier } = request
  // RFC 9700 section 4.8.2: a verifier without a challenge is a downgrade attack.
  if (grant.code_challenge === null)
    return verifier === undefined ? undefined : 'The code was asked for without PKCE'
  if (verifier === undefined) return 'code_verifier is missing'
  return equalDigests(codeChallengeOf(verifier), grant.code_challenge)
    ? undefined
    : 'code_verifier does not match'
}
