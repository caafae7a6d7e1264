/** Owns what the Connect page sends and gets. It is between the page and this server: no SDK calls it. */
import { type Static, Type } from 'typebox'

const Text = Type.Optional(Type.String({ maxLength: 300 }))

/** As the SDKs build it (contract 5.2); what is not listed is ignored. */
export const PageQuery = Type.Object({
  token: Text,
  app: Text,
  oauthAppId: Text,
  accountId: Text,
  oauthScopeProfile: Text,
  hideClose: Text,
  connectLink: Text,
})
export type PageQuery = Static<typeof PageQuery>

/** JSON by the page's script, or its form: there, `field.<name>` are the members of `values`. */
export const ConnectBody = Type.Object({
  token: Type.String({ maxLength: 300 }),
  app: Text,
  oauthAppId: Text,
  accountId: Text,
  oauthScopeProfile: Text,
  values: Type.Optional(Type.Record(Type.String(), Type.String())),
})
export type ConnectBody = Static<typeof ConnectBody>

export const CreatedAttempt = Type.Object({
  handle: Type.String(),
  start_url: Type.String({ description: 'To be opened in a window of its own' }),
})
export type CreatedAttempt = Static<typeof CreatedAttempt>

export const AttemptAnswer = Type.Object({
  status: Type.Enum(['open', 'started', 'done', 'failed']),
  account_id: Type.Optional(Type.String()),
  error_code: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
  next_step: Type.Optional(Type.String()),
})
export type AttemptAnswer = Static<typeof AttemptAnswer>

export const ConnectedAnswer = Type.Object({ account_id: Type.String() })

export const HandleParams = Type.Object({ handle: Type.String({ maxLength: 100 }) })
export const ResultParams = Type.Object({ attempt_id: Type.String({ maxLength: 100 }) })
export const CallbackParams = Type.Object({ oauth_app_id: Type.String({ maxLength: 100 }) })
/** Whatever the provider sends, each parameter once. */
export const CallbackQuery = Type.Record(Type.String(), Type.String())
