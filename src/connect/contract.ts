/** Owns what the Connect page sends and gets. It is between the page and this server: no SDK calls it. */
import { type Static, Type } from 'typebox'

const Text = Type.Optional(Type.String({ maxLength: 300 }))

/** As the SDKs build it (contract 5.2); what is not listed is ignored. */
export const PageQuery = Type.Object({
  token: Text,
  app: Text,
  oauthAppId: Text,
  appOverrideId: Text,
  accountId: Text,
  oauthScopeProfile: Text,
  hideClose: Text,
  customOauthClient: Text,
  connectLink: Text,
  // Ours: the language of the page, and what is searched for in the list of apps.
  lang: Text,
  q: Text,
  // Ours: this browser goes on for one on another device, which does what comes after.
  handedOver: Text,
})
export type PageQuery = Static<typeof PageQuery>

const OwnClient = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 300 }),
    secret: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { description: 'An OAuth client that the person brings (`customOauthClient`)' },
)

/** JSON by the page's script, or its form: there, `field.<name>` are the members of `values`, `client.<name>` those of `ownClient`. */
export const ConnectBody = Type.Object({
  token: Type.String({ maxLength: 300 }),
  app: Text,
  oauthAppId: Text,
  appOverrideId: Text,
  accountId: Text,
  oauthScopeProfile: Text,
  lang: Text,
  handedOver: Text,
  hideClose: Text,
  customOauthClient: Text,
  values: Type.Optional(Type.Record(Type.String(), Type.String())),
  ownClient: Type.Optional(OwnClient),
})
export type ConnectBody = Static<typeof ConnectBody>

const NAMES = new Set(Object.keys(ConnectBody.properties))
/** For what is kept: a request may have anything else in it. */
export const knownMembers = (body: ConnectBody): ConnectBody =>
  Object.fromEntries(Object.entries(body).filter(([name]) => NAMES.has(name))) as ConnectBody

export const CreatedAttempt = Type.Object({
  handle: Type.String(),
  start_url: Type.String({ description: 'To be opened in a window of its own' }),
})
export type CreatedAttempt = Static<typeof CreatedAttempt>

export const AttemptAnswer = Type.Object({
  status: Type.Enum(['open', 'started', 'done', 'failed']),
  account_id: Type.Optional(Type.String()),
  account_name: Type.Optional(Type.String({ description: 'Its own name at the app, where that is known' })),
  error_code: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
  next_step: Type.Optional(Type.String()),
})
export type AttemptAnswer = Static<typeof AttemptAnswer>

/** With a handle instead, somebody still has to say something: `start_url` is to be opened in a window of its own. */
export const ConnectedAnswer = Type.Object({
  account_id: Type.Optional(Type.String()),
  account_name: Type.Optional(Type.String()),
  handle: Type.Optional(Type.String()),
  start_url: Type.Optional(Type.String()),
})
export type ConnectedAnswer = Static<typeof ConnectedAnswer>

/** Without script, and for a question to the person. */
export const ChoiceBody = Type.Object({
  question: Type.String({ maxLength: 300 }),
  answer: Type.String({ maxLength: 1000 }),
})

export const HandoverParams = Type.Object({ secret: Type.String({ maxLength: 100 }) })
export const NumberBody = Type.Object({ number: Type.String({ maxLength: 10 }) })

export const HandleParams = Type.Object({ handle: Type.String({ maxLength: 100 }) })
export const ResultParams = Type.Object({ attempt_id: Type.String({ maxLength: 100 }) })
export const CallbackParams = Type.Object({ oauth_app_id: Type.String({ maxLength: 100 }) })
/** Whatever the provider sends, each parameter once. */
export const CallbackQuery = Type.Record(Type.String(), Type.String())

/** Of the page's script, in the language of the page; handed over as `data-texts`. */
export interface ScriptTexts {
  opened: string
  blocked: string
  again: string
  open: string
  trying: string
  connectedTitle: string
  connected: string
  /** With a place for `{account}`. */
  connectedAs: string
  pasteFailed: string
  /** By code. */
  failures: Record<string, { title: string; text: string }>
  /** What can be wrong with a field. */
  faults: Record<string, string>
}
