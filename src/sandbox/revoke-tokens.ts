/** Owns revocation at the sandbox provider (RFC 7009): any token of a grant ends all of it. */
import type { App } from '../app.ts'
import { digest } from '../platform/crypto/secrets.ts'
import type { RevocationForm } from './contract.ts'
import type { Answer } from './page.ts'
import { isSandboxClient, type Authorization } from './sandbox-client.ts'
import { readSettings } from './settings.ts'
import { addToCounts, revokeByToken } from './store.ts'
import { tokenAnswer } from './token-answer.ts'
import { refused } from './token-outcome.ts'

/** A token that is not known is as good as revoked (section 2.2). */
export async function revokeTokens(
  app: Pick<App, 'db' | 'clock'>,
  request: RevocationForm & Authorization,
): Promise<Answer> {
  const settings = await readSettings(app)
  if (!isSandboxClient(request, settings))
    return tokenAnswer(settings, refused('invalid_client', 'Client authentication failed', 401))
  const { token } = request
  if (!token) return tokenAnswer(settings, refused('invalid_request', 'token is missing'))
  await app.db.write(async (tx) => {
    if ((await revokeByToken(tx, digest(token), app.clock.now())) > 0) await addToCounts(tx, 'revocations')
  })
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }
}
