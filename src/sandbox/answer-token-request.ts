/** Owns the sandbox provider's token endpoint: delay, planned failures, client, grant type, counting, answer. */
import type { App } from '../app.ts'
import type { SandboxSettings, TokenForm } from './contract.ts'
import { exchangeCode } from './exchange-code.ts'
import type { Answer } from './page.ts'
import { pause } from './pause.ts'
import { refreshTokens } from './refresh-tokens.ts'
import { isSandboxClient, type Authorization } from './sandbox-client.ts'
import { readSettings } from './settings.ts'
import { addToCounts } from './store.ts'
import { tokenAnswer } from './token-answer.ts'
import { refused, type Refused, type TokenOutcome } from './token-outcome.ts'

/** How long `timeout` keeps a caller that does not give up. */
const HOLD_MS = 120_000

/**
 * `signal` ends every wait. A planned error is answered before anything happens; with `timeout` and `garbage` the request is carried
 * out and the answer is lost, which is the hard case for a client.
 * @throws Unavailable when `signal` ended a wait
 */
export async function answerTokenRequest(
  app: Pick<App, 'db' | 'clock'>,
  request: TokenForm & Authorization,
  signal: AbortSignal,
): Promise<Answer> {
  const settings = await readSettings(app)
  await pause(settings.delay_ms, signal)
  const outcome = plannedFailure(settings) ?? (await outcomeOf(app, settings, request))
  await app.db.write((tx) => addToCounts(tx, 'token_requests', ...countsOf(outcome)))
  if (settings.fail_token_requests === 'timeout') await pause(HOLD_MS, signal)
  return tokenAnswer(settings, outcome)
}

function plannedFailure({ fail_token_requests }: SandboxSettings): Refused | undefined {
  switch (fail_token_requests) {
    case '500':
      return refused('server_error', 'The sandbox was told to fail', 500)
    case '429':
      return refused('rate_limited', 'The sandbox was told to throttle', 429)
    case 'invalid_client':
      return refused('invalid_client', 'The sandbox was told to refuse the client', 401)
    case 'invalid_grant':
      return refused('invalid_grant', 'The sandbox was told to refuse the grant')
    case 'off':
    case 'timeout':
    case 'garbage':
      return undefined
  }
}

async function outcomeOf(
  app: Pick<App, 'db' | 'clock'>,
  settings: SandboxSettings,
  request: TokenForm & Authorization,
): Promise<TokenOutcome> {
  if (!isSandboxClient(request, settings))
    return refused('invalid_client', 'Client authentication failed', 401)
  switch (request.grant_type) {
    case 'authorization_code':
      return exchangeCode(app, settings, request)
    case 'refresh_token':
      return refreshTokens(app, settings, request.refresh_token)
    case undefined:
      return refused('invalid_request', 'grant_type is missing')
    default:
      return refused('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token')
  }
}

function countsOf(outcome: TokenOutcome): ('refused' | 'code_exchanges')[] {
  if (outcome.kind === 'refused') return ['refused']
  return outcome.by === 'code' ? ['code_exchanges'] : []
}
