/** Owns how the outcome of a token request is written: the switches for shape, and those for failing. */
import type { SandboxSettings } from './contract.ts'
import type { Answer } from './page.ts'
import type { Issued, Refused, TokenOutcome } from './token-outcome.ts'

type Fields = Record<string, string | number>

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' }
const JSON_TYPE = 'application/json; charset=utf-8'
const RETRY_AFTER_SECONDS = '2'

export function tokenAnswer(settings: SandboxSettings, outcome: TokenOutcome): Answer {
  return outcome.kind === 'refused' ? refusal(settings, outcome) : success(settings, outcome)
}

/** RFC 6749 section 5.1, as far as the switches let it. */
function success(settings: SandboxSettings, issued: Issued): Answer {
  // A proxy's error page, a broken load balancer: HTTP says all is well and the body is half of one.
  if (settings.fail_token_requests === 'garbage')
    return {
      status: 200,
      headers: { ...NO_STORE, 'content-type': JSON_TYPE },
      body: '{"access_token":"acme_',
    }
  const fields = {
    access_token: issued.accessToken,
    token_type: 'Bearer',
    ...lifetime(settings),
    ...(issued.refreshToken === undefined ? {} : { refresh_token: issued.refreshToken }),
    scope: issued.scope,
  }
  return written(settings, 200, fields, settings.answer_format === 'nested' ? { data: fields } : fields)
}

function lifetime({ expires_in_form, access_ttl_seconds }: SandboxSettings): Fields {
  switch (expires_in_form) {
    case 'number':
      return { expires_in: access_ttl_seconds }
    case 'string':
      return { expires_in: String(access_ttl_seconds) }
    case 'zero':
      return { expires_in: 0 }
    case 'absent':
      return {}
  }
}

function refusal(settings: SandboxSettings, { status, error, description }: Refused): Answer {
  const fields = { error, error_description: description }
  const hidden = settings.error_in_200 && status < 500 && status !== 429
  const answer = written(settings, hidden ? 200 : status, fields, fields)
  const headers = {
    ...answer.headers,
    ...(status === 401 && !hidden ? { 'www-authenticate': 'Basic realm="acme"' } : {}),
    ...(status === 429 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
  }
  return { ...answer, headers }
}

function written(settings: SandboxSettings, status: number, fields: Fields, json: object): Answer {
  if (settings.answer_format !== 'form')
    return { status, headers: { ...NO_STORE, 'content-type': JSON_TYPE }, body: JSON.stringify(json) }
  const pairs = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)])
  return {
    status,
    headers: { ...NO_STORE, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(pairs).toString(),
  }
}
