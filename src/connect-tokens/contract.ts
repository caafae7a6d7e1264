/** Owns the wire shapes of Connect tokens (seed 003, contract.md rows 67 and 68). */
import { type Static, Type } from 'typebox'
import { AppShape } from '../apps/contract.ts'
import { ExternalId } from '../external-users/external-id.ts'

/** Longest and default life, in seconds: the original's documented four hours. */
export const CONNECT_TOKEN_MAX_TTL_SECONDS = 14_400

const Uri = Type.String({ maxLength: 2048 })

/** Unknown members are ignored (TS 1 sends `external_id` beside `external_user_id`). */
export const CreateTokenBody = Type.Object({
  external_user_id: ExternalId,
  allowed_origins: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 50 })),
  error_redirect_uri: Type.Optional(Uri),
  expires_in: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: CONNECT_TOKEN_MAX_TTL_SECONDS,
      description: 'Seconds; default 14400',
    }),
  ),
  scope: Type.Optional(
    Type.String({ maxLength: 2000, description: 'Space-separated; default connect:*, and never above it' }),
  ),
  success_redirect_uri: Type.Optional(Uri),
  webhook_uri: Type.Optional(Uri),
  allow_progressive_scopes: Type.Optional(Type.Boolean({ description: 'Accept fewer scopes than asked' })),
  app_id: Type.Optional(
    Type.String({ maxLength: 100, description: 'Slug or id; pins the token to one app' }),
  ),
  oauth_app_id: Type.Optional(
    Type.String({ maxLength: 100, description: 'Pins the token to one OAuth app' }),
  ),
})
export type CreateTokenBody = Static<typeof CreateTokenBody>

export const CreateTokenAnswer = Type.Object({
  token: Type.String(),
  expires_at: Type.String({ format: 'date-time' }),
  connect_link_url: Type.String(),
})
export type CreateTokenAnswer = Static<typeof CreateTokenAnswer>

const NullableText = Type.Union([Type.String(), Type.Null()])

export const ValidateTokenQuery = Type.Object({
  app_id: Type.Optional(Type.String({ maxLength: 100 })),
  account_id: Type.Optional(Type.String({ maxLength: 100 })),
  oauth_app_id: Type.Optional(Type.String({ maxLength: 100 })),
  app_override_id: Type.Optional(Type.String({ maxLength: 100 })),
})
export type ValidateTokenQuery = Static<typeof ValidateTokenQuery>

/** A token that is not good gets `success: false` and an error; nothing of the project. */
export const ValidateTokenAnswer = Type.Object({
  success: Type.Boolean(),
  error: Type.Optional(NullableText),
  app: Type.Optional(Type.Union([AppShape, Type.Null()])),
  app_override_id: Type.Optional(NullableText),
  app_override_field_names: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
  error_redirect_uri: Type.Optional(NullableText),
  oauth_app_id: Type.Optional(NullableText),
  oauth_app_workday_official: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  oauth_app_connect_base_url: Type.Optional(NullableText),
  project_app_name: Type.Optional(NullableText),
  project_environment: Type.Optional(NullableText),
  project_id: Type.Optional(NullableText),
  project_support_email: Type.Optional(NullableText),
  success_redirect_uri: Type.Optional(NullableText),
})
export type ValidateTokenAnswer = Static<typeof ValidateTokenAnswer>
