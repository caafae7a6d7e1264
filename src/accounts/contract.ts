/** Owns the wire shapes of accounts (contract 2.A: Account, CreateAccountOpts). */
import { type Static, Type } from 'typebox'
import { AppShape } from '../apps/contract.ts'
import { PageInfo, pageQuery } from '../db/page-query.ts'
import { NO_NUL, SHA256_HEX } from '../platform/text-patterns.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])
const NullableTime = Type.Union([Type.String({ format: 'date-time' }), Type.Null()])

/** `credentials` is there only for an OAuth caller that asked for it; then it is never null. */
export const AccountShape = Type.Object({
  id: Type.String(),
  name: NullableText,
  external_id: Type.String(),
  healthy: Type.Boolean(),
  dead: Type.Boolean(),
  app: AppShape,
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
  authorized_scopes: Type.Union([Type.Array(Type.String()), Type.Null()]),
  credentials: Type.Optional(Type.Record(Type.String(), Type.String())),
  expires_at: NullableTime,
  error: NullableText,
  last_refreshed_at: NullableTime,
  next_refresh_at: NullableTime,
})

export const ListAccountsAnswer = Type.Object({ data: Type.Array(AccountShape), page_info: PageInfo })

/** Nothing is coerced; both spellings that clients send are named. */
const IncludeCredentials = Type.Optional(Type.Enum(['true', 'false', '1', '0']))
export const includesCredentials = (value: string | undefined): boolean => value === 'true' || value === '1'

const Text = (maxLength: number) => Type.String({ maxLength, pattern: NO_NUL })

export const ListAccountsQuery = Type.Object({
  external_user_id: Type.Optional(Text(250)),
  oauth_app_id: Type.Optional(Text(100)),
  app: Type.Optional(Text(100)),
  include_credentials: IncludeCredentials,
  ...pageQuery,
})
export type ListAccountsQuery = Static<typeof ListAccountsQuery>

export const RetrieveAccountQuery = Type.Object({ include_credentials: IncludeCredentials })
export const ListUserAccountsQuery = Type.Object({
  app: Type.Optional(Text(100)),
  include_credentials: IncludeCredentials,
})

export const CreateAccountQuery = Type.Object({
  external_user_id: Type.Optional(Text(250)),
  oauth_app_id: Type.Optional(Text(100)),
})

export const CreateAccountBody = Type.Object({
  app_slug: Type.String({ minLength: 1, maxLength: 100 }),
  cfmap_json: Type.String({ maxLength: 100_000, description: 'JSON text of the field values' }),
  connect_token: Type.String({ maxLength: 100 }),
  name: Type.Optional(Type.Union([Text(200), Type.Null()])),
  account_id: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])),
  app_override_id: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])),
})
export type CreateAccountBody = Static<typeof CreateAccountBody>

export const ReportUnauthorizedBody = Type.Object({
  access_token_sha256: Type.Optional(
    Type.String({
      pattern: SHA256_HEX,
      description:
        'SHA-256 (hex) of the access token that the app refused, so that a late report does not end a newer one. Not needed for keys',
    }),
  ),
})
