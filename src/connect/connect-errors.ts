/** Owns every way in which connecting an account can fail: one code, the same on the page, in the API and in the log. */
import { AppError } from '../platform/errors.ts'

interface Explanation {
  status: number
  title: string
  /** What happened. */
  cause: string
  /** What the person in front of the page can do. */
  nextStep: string
  /** What the developer has to do, where only he can mend it. */
  developer?: string
}

const ASK_AGAIN = 'Go back to where you came from and start again.'
const TRY_AGAIN = 'Nothing was stored. Go back and try again.'

const table = {
  token_missing: {
    status: 403,
    title: 'This page needs a link',
    cause: 'The page was opened without the link that belongs to it, or was reloaded.',
    nextStep: ASK_AGAIN,
    developer: 'Open the page with `token`, a Connect token that your server created.',
  },
  token_invalid: {
    status: 403,
    title: 'This link is not valid',
    cause: 'The link has expired or was not copied whole.',
    nextStep: ASK_AGAIN,
  },
  token_used: {
    status: 403,
    title: 'This link has been used',
    cause: 'An account has been connected with this link already. A link works once.',
    nextStep: 'If you want to connect another account, go back to where you came from and start again.',
    developer: 'Create a Connect token for each account to be connected.',
  },
  parameter_invalid: {
    status: 400,
    title: 'This link cannot be read',
    cause: 'Something in the address or in the form is missing, too long, or there twice.',
    nextStep: ASK_AGAIN,
  },
  app_unknown: {
    status: 404,
    title: 'This app is not known here',
    cause: 'The link names an app that this server does not have.',
    nextStep: 'Tell whoever gave you the link.',
    developer: 'Check the parameter `app`: it is the `name_slug` of an app that GET /v1/connect/apps lists.',
  },
  app_mismatch: {
    status: 400,
    title: 'This link is for something else',
    cause: 'The link was made for another app than the one it asks for.',
    nextStep: ASK_AGAIN,
    developer:
      'The Connect token was created for one app (`app_id`, `oauth_app_id`); `app` and `oauthAppId` must agree.',
  },
  app_not_connectable: {
    status: 400,
    title: 'This app cannot be connected here',
    cause: 'The app needs no account, or signs in by a method that this server does not have.',
    nextStep: 'Tell whoever gave you the link.',
  },
  keys_not_accepted: {
    status: 400,
    title: 'This app is connected by signing in',
    cause: 'Accounts of this app are not connected with keys.',
    nextStep: ASK_AGAIN,
    developer: 'Send the person to the Connect page; POST accounts is for apps whose `auth_type` is `keys`.',
  },
  oauth_app_unknown: {
    status: 404,
    title: 'This app is not set up',
    cause: 'The link names an OAuth app that this project does not have for this app.',
    nextStep: 'Tell whoever gave you the link.',
    developer:
      'Check `oauthAppId`: an id (`oa_…`) that GET /v1/connect/{project_id}/oauth_apps lists, and of the same app.',
  },
  oauth_app_missing: {
    status: 400,
    title: 'This app is not set up yet',
    cause: 'Nobody has registered an OAuth app for it in this project.',
    nextStep: 'Tell whoever gave you the link.',
    developer:
      'Register an OAuth app at the provider, add it with POST /v1/connect/{project_id}/oauth_apps, then pass `oauthAppId` or make it the default with PUT /v1/connect/{project_id}/default_oauth_apps/{app_id}. The callback address to register there is shown when you add it.',
  },
  account_unknown: {
    status: 404,
    title: 'This account is not known',
    cause: 'The link asks to reconnect an account that does not exist, or is not of this app and person.',
    nextStep: 'Tell whoever gave you the link.',
    developer:
      'Check `accountId`: an account (`apn_…`) of the Connect token’s external user and of this app.',
  },
  field_invalid: {
    status: 400,
    title: 'Some fields need another look',
    cause: 'At least one field is missing or does not have the right form.',
    nextStep: 'Correct the fields that are marked. Nothing was stored.',
  },
  keys_refused: {
    status: 400,
    title: 'The keys were refused',
    cause: 'The provider did not accept what was entered.',
    nextStep: 'Check each value, and that the key is still in force. Nothing was stored.',
  },
  origin_refused: {
    status: 403,
    title: 'This request came from elsewhere',
    cause: 'The form was not sent from this page, or the page was opened under another address.',
    nextStep: ASK_AGAIN,
    developer: 'The page must be opened under the public address of this server (HEADGATE_PUBLIC_URL).',
  },
  attempt_unknown: {
    status: 404,
    title: 'There is nothing here',
    cause: 'This step does not exist, or has expired.',
    nextStep: ASK_AGAIN,
  },
  attempt_expired: {
    status: 400,
    title: 'This took too long',
    cause: 'Signing in must be finished within ten minutes.',
    nextStep: TRY_AGAIN,
  },
  attempt_taken: {
    status: 400,
    title: 'Already opened elsewhere',
    cause: 'Signing in has begun in another browser, and can only be finished there.',
    nextStep: ASK_AGAIN,
  },
  state_invalid: {
    status: 400,
    title: 'This step has been done or never began',
    cause: 'The answer of the provider does not belong to a sign-in that is under way here.',
    nextStep: ASK_AGAIN,
  },
  wrong_browser: {
    status: 400,
    title: 'This is another browser',
    cause: 'Signing in was begun in another browser, or this browser did not keep the cookie for it.',
    nextStep: 'Finish in the browser in which you began, or allow cookies for this site and start again.',
  },
  code_invalid: {
    status: 400,
    title: 'The provider’s answer cannot be read',
    cause: 'The provider sent a code that cannot be one.',
    nextStep: TRY_AGAIN,
  },
  user_refused: {
    status: 400,
    title: 'Not connected',
    cause: 'The access was declined at the provider.',
    nextStep: TRY_AGAIN,
  },
  provider_error: {
    status: 400,
    title: 'The provider reported an error',
    cause: 'The provider ended the sign-in with an error.',
    nextStep: TRY_AGAIN,
    developer: 'The log of this server has the provider’s own error code.',
  },
  provider_mismatch: {
    status: 400,
    title: 'The answer came from elsewhere',
    cause: 'The answer does not come from the provider at which the sign-in began, so it was not used.',
    nextStep: TRY_AGAIN,
    developer: 'Check that each OAuth app has the callback address that is its own.',
  },
  client_refused: {
    status: 400,
    title: 'This app is not set up rightly',
    cause: 'The provider does not accept the registration with which the access was asked for.',
    nextStep: 'Tell whoever gave you the link.',
    developer:
      'Check client id, client secret and callback address of the OAuth app. The log of this server has the provider’s own error code.',
  },
  provider_unreachable: {
    status: 502,
    title: 'The provider cannot be reached',
    cause: 'The provider did not answer, or said that it cannot answer now.',
    nextStep: 'Try again in a few minutes. Nothing was stored.',
  },
  exchange_failed: {
    status: 400,
    title: 'The provider gave no access',
    cause: 'The provider did not honour the code it had given, or gave an answer that cannot be used.',
    nextStep: TRY_AGAIN,
    developer: 'The log of this server has the provider’s own error code.',
  },
  scopes_missing: {
    status: 400,
    title: 'Some permissions are missing',
    cause: 'Not everything that was asked for has been allowed, and all of it is needed.',
    nextStep: 'Go back, try again, and leave every permission ticked. Nothing was stored.',
    developer: 'Create the Connect token with `allow_progressive_scopes` if less is enough.',
  },
  unavailable: {
    status: 503,
    title: 'Back in a moment',
    cause: 'This server cannot do this right now.',
    nextStep: 'Try again shortly.',
  },
  unexpected: {
    status: 500,
    title: 'Something went wrong here',
    cause: 'This server made a mistake. It has been noted.',
    nextStep: TRY_AGAIN,
  },
} satisfies Record<string, Explanation>

export type ConnectErrorCode = keyof typeof table

export const explain = (code: ConnectErrorCode): Readonly<Explanation> => table[code]

export const isConnectErrorCode = (code: string | null | undefined): code is ConnectErrorCode =>
  code != null && Object.hasOwn(table, code)

interface ConnectErrorOptions {
  /** Field name -> what is wrong with its value, in words for the person who typed it. */
  fields?: Record<string, string>
  /** For the log only. */
  detail?: unknown
  cause?: unknown
}

export class ConnectError extends AppError {
  declare readonly code: ConnectErrorCode
  readonly fields: Readonly<Record<string, string>>

  constructor(code: ConnectErrorCode, { fields = {}, ...options }: ConnectErrorOptions = {}) {
    const { status, cause } = explain(code)
    super(status, cause, {
      ...options,
      code,
      ...(Object.keys(fields).length > 0 ? { details: { fields } } : {}),
      ...(status === 503 ? { headers: { 'retry-after': '2' } } : {}),
    })
    this.fields = fields
  }
}
