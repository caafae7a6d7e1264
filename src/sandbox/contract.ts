/** Owns the wire shapes of the sandbox provider: its switches, its counts, its API. */
import { type Static, Type } from 'typebox'

const Parameter = Type.Optional(Type.String())

/** Checked parameter by parameter in authorize-request.ts: a browser is answered with a page, or sent back. */
export const AuthorizeQuery = Type.Record(Type.String(), Type.Unknown())
/** `person`, `decision`, and `scope.<name>` for each box that is ticked. */
export const ConsentForm = Type.Record(Type.String(), Type.String())
export type ConsentForm = Static<typeof ConsentForm>

const clientProof = { client_id: Parameter, client_secret: Parameter }

export const TokenForm = Type.Object({
  grant_type: Parameter,
  code: Parameter,
  redirect_uri: Parameter,
  code_verifier: Parameter,
  refresh_token: Parameter,
  ...clientProof,
})
export type TokenForm = Static<typeof TokenForm>

export const RevocationForm = Type.Object({ token: Parameter, ...clientProof })
export type RevocationForm = Static<typeof RevocationForm>

const Switch = Type.Optional(Type.Boolean())

/** Every switch; what is left out of a PUT has its default. Described for people in docs/sandbox.md. */
export const SandboxSettingsBody = Type.Object(
  {
    access_ttl_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
    rotate: Type.Optional(Type.Enum(['strict', 'keep', 'none'])),
    answer_format: Type.Optional(Type.Enum(['json', 'form', 'nested'])),
    expires_in_form: Type.Optional(Type.Enum(['number', 'string', 'absent', 'zero'])),
    fail_token_requests: Type.Optional(
      Type.Enum(['off', '500', '429', 'timeout', 'garbage', 'invalid_grant', 'invalid_client']),
    ),
    delay_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    grant_fewer_scopes: Switch,
    error_in_200: Switch,
    require_pkce: Switch,
    client_auth: Type.Optional(Type.Enum(['either', 'basic', 'body'])),
    echo_iss: Switch,
  },
  { additionalProperties: false },
)
export type SandboxSettingsBody = Static<typeof SandboxSettingsBody>

export const SandboxSettings = Type.Required(SandboxSettingsBody)
export type SandboxSettings = Static<typeof SandboxSettings>

export const StatsAnswer = Type.Object({
  token_requests: Type.Integer(),
  code_exchanges: Type.Integer(),
  refreshes: Type.Integer(),
  refused: Type.Integer({ description: 'Token requests that got an error' }),
  revocations: Type.Integer({ description: 'Calls of the revocation endpoint that ended a grant' }),
  grants: Type.Array(Type.Object({ id: Type.String(), refreshes: Type.Integer(), revoked: Type.Boolean() }), {
    description: 'The latest 100, newest first',
  }),
})
export type StatsAnswer = Static<typeof StatsAnswer>

export const PersonAnswer = Type.Object({ id: Type.String(), name: Type.String(), email: Type.String() })

export const EchoAnswer = Type.Object({
  method: Type.String(),
  query: Type.Record(Type.String(), Type.Unknown()),
  headers: Type.Record(Type.String(), Type.Unknown(), {
    description: 'Credentials are shown as the first characters of their SHA-256',
  }),
  body_encoding: Type.Enum(['none', 'json', 'text', 'base64']),
  body: Type.Unknown(),
})
export type EchoAnswer = Static<typeof EchoAnswer>
