/** Owns every way in which connecting an account can fail: one code, the same on the page, in the API and in the log. */
import { MAX_FIELD_CHARACTERS } from '../apps/field-fault.ts'
import { AppError } from '../platform/errors.ts'
import { en, type Messages } from './messages/en.ts'
import { fillText } from './messages/fill.ts'

export type ConnectErrorCode = keyof Messages['errors']

interface Meaning {
  status: number
  /** What the developer has to do, where only he can mend it; always in English. */
  developer?: string
  /** Trying once more may well succeed. */
  isPassing?: true
}

/** The words for the person are in `messages/`. */
const table: Record<ConnectErrorCode, Meaning> = {
  token_missing: {
    status: 403,
    developer: 'Open the page with `token`, a Connect token that your server created.',
  },
  token_invalid: { status: 403 },
  token_expired: { status: 403 },
  token_used: {
    status: 403,
    developer: 'Create a Connect token for each account to be connected.',
  },
  parameter_invalid: { status: 400 },
  app_unknown: {
    status: 404,
    developer: 'Check the parameter `app`: it is the `name_slug` of an app that GET /v1/connect/apps lists.',
  },
  app_mismatch: {
    status: 400,
    developer:
      'The Connect token was created for one app (`app_id`, `oauth_app_id`); `app` and `oauthAppId` must agree.',
  },
  app_not_connectable: { status: 400 },
  keys_not_accepted: {
    status: 400,
    developer: 'Send the person to the Connect page; POST accounts is for apps whose `auth_type` is `keys`.',
  },
  oauth_app_unknown: {
    status: 404,
    developer:
      'Check `oauthAppId`: an id (`oa_…`) that GET /v1/connect/{project_id}/oauth_apps lists, and of the same app.',
  },
  app_override_unknown: {
    status: 404,
    developer:
      'Check `appOverrideId`: an id (`ao_…`) that GET /v1/connect/{project_id}/app_overrides lists, and of the same app.',
  },
  oauth_app_missing: {
    status: 400,
    developer:
      'Register an OAuth app at the provider, add it with POST /v1/connect/{project_id}/oauth_apps, then pass `oauthAppId` or make it the default with PUT /v1/connect/{project_id}/default_oauth_apps/{app_id}. The callback address to register there is shown when you add it.',
  },
  account_unknown: {
    status: 404,
    developer:
      'Check `accountId`: an account (`apn_…`) of the Connect token’s external user and of this app.',
  },
  field_invalid: { status: 400 },
  keys_refused: { status: 400 },
  origin_refused: {
    status: 403,
    developer: 'The page must be opened under the public address of this server (HEADGATE_PUBLIC_URL).',
  },
  attempt_unknown: { status: 404 },
  attempt_expired: { status: 400, isPassing: true },
  attempt_taken: { status: 400 },
  state_invalid: { status: 400, isPassing: true },
  wrong_browser: { status: 400 },
  code_invalid: { status: 400, isPassing: true },
  user_refused: { status: 400, isPassing: true },
  provider_error: {
    status: 400,
    isPassing: true,
    developer: 'The log of this server has the provider’s own error code.',
  },
  provider_mismatch: {
    status: 400,
    developer: 'Check that each OAuth app has the callback address that is its own.',
  },
  client_refused: {
    status: 400,
    developer:
      'Check client id, client secret, callback address and scopes of the OAuth app. The log of this server has the provider’s own error code.',
  },
  provider_unreachable: { status: 502, isPassing: true },
  exchange_failed: {
    status: 400,
    isPassing: true,
    developer: 'The log of this server has the provider’s own error code.',
  },
  scopes_missing: {
    status: 400,
    isPassing: true,
    developer: 'Create the Connect token with `allow_progressive_scopes` if less is enough.',
  },
  nothing_to_choose: { status: 400, isPassing: true },
  lookup_refused: {
    status: 400,
    developer:
      'Check the scopes of the OAuth app. The log of this server says which call the provider refused.',
  },
  install_restart: {
    status: 400,
    developer:
      'If the app is installed from the provider’s marketplace, give the provider an address of your own product that starts a connection.',
  },
  other_identity: { status: 400, isPassing: true },
  choice_invalid: { status: 400 },
  verification_refused: {
    status: 403,
    developer:
      'Your server answered POST /v1/connect/{project_id}/verifications with another external user than the Connect token is for.',
  },
  handover_unknown: { status: 404 },
  handover_mismatch: { status: 400 },
  too_many_tries: { status: 429 },
  unavailable: { status: 503, isPassing: true },
  unexpected: { status: 500, isPassing: true },
}

export interface Explanation extends Meaning {
  title: string
  /** What happened. */
  cause: string
  /** What the person in front of the page can do. */
  nextStep: string
}

/** In English, as the API says it, unless the page is in another language. */
export const explain = (code: ConnectErrorCode, messages: Messages = en): Explanation => ({
  ...table[code],
  ...messages.errors[code],
})

export const isConnectErrorCode = (code: string | null | undefined): code is ConnectErrorCode =>
  code != null && Object.hasOwn(table, code)

/** What can be wrong with the value of a field. */
export type FieldFault = keyof Messages['faults']

export const faultText = (fault: FieldFault, { faults }: Messages): string =>
  fillText(faults[fault], { count: MAX_FIELD_CHARACTERS })

interface ConnectErrorOptions {
  /** Field name -> what is wrong with its value. */
  faults?: Record<string, FieldFault>
  /** Where the developer hands out another link. */
  newLink?: string | undefined
  headers?: Readonly<Record<string, string>>
  /** For the log only. */
  detail?: unknown
  cause?: unknown
}

export class ConnectError extends AppError {
  declare readonly code: ConnectErrorCode
  readonly faults: Readonly<Record<string, FieldFault>>
  readonly newLink: string | undefined

  constructor(code: ConnectErrorCode, { faults = {}, ...options }: ConnectErrorOptions = {}) {
    const { status, cause } = explain(code)
    const fields = Object.fromEntries(
      Object.entries(faults).map(([name, fault]) => [name, faultText(fault, en)]),
    )
    super(status, cause, {
      ...options,
      code,
      ...(Object.keys(faults).length > 0 ? { details: { fields, faults } } : {}),
      ...(status === 503 ? { headers: { 'retry-after': '2' } } : {}),
    })
    this.faults = faults
    this.newLink = options.newLink
  }
}
