/** Owns the format of the app catalogue, version 1: one schema for the check, the types and the published JSON Schema. */

import { Type, type Static } from 'typebox'
import {
  Condition,
  Name,
  object,
  orEmpty,
  Path,
  pathOr,
  record,
  requestFields,
  Strings,
  tagged,
  Template,
  Templates,
  UrlTemplate,
  Values,
} from './definition-parts.ts'
import { CallbackCheck, UninstallNotice } from './callback-definition.ts'
import { Injection, SignatureMethod } from './injection-definition.ts'
import { ScopeProfiles, Scopes } from './scope-definition.ts'

// A field with a `default` may be left out of a file; `parseAppDefinition` fills it in, so that the types below
// are those of a finished definition. There is no null in a finished definition: in a file, null deletes what a
// lower layer said (RFC 7396).

export const RequestTemplate = object(requestFields)
export type RequestTemplate = Static<typeof RequestTemplate>

export const TestRequest = object({
  ...requestFields,
  refused_statuses: Type.Array(Type.Integer({ minimum: 400, maximum: 499 }), {
    default: [401, 403],
    description:
      'The statuses that mean bad credentials; also 404 where a field stands in the address. Any other 4xx is taken for a fault of this request, and the credentials for good',
  }),
})

export type TestRequest = Static<typeof TestRequest>

export const CustomField = object({
  name: Name,
  label: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  type: Type.Enum(['string', 'password', 'select'], { default: 'string' }),
  required: Type.Boolean({ default: true }),
  source: Type.Enum(['user', 'callback', 'token_response', 'lookup'], {
    default: 'user',
    description: 'Who fills it in; only `user` fields are asked for on the Connect page',
  }),
  default: Type.Optional(Type.String()),
  pattern: Type.Optional(
    Type.String({ format: 'regex', description: 'The whole value must match; needed if it names a host' }),
  ),
  options: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  maps_to: record(Type.Record(Type.String(), Type.String()), 'mapped.<name>: option -> text (may be empty)'),
})
export type CustomField = Static<typeof CustomField>

export const Lifecycle = object({
  refresh_token_issued: Type.Enum(['always', 'never', 'depends', 'unknown'], { default: 'unknown' }),
  rotates: Type.Enum(['always', 'never', 'depends', 'unknown'], {
    default: 'unknown',
    description: 'Whether a refresh ends the old refresh token; informs people, never decides',
  }),
  access_ttl_s: Type.Optional(Type.Integer({ minimum: 1, description: 'Usual life; the answer decides' })),
  assume_access_ttl_s: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Used when a refreshable answer names no life' }),
  ),
  refresh_idle_ttl_s: Type.Optional(
    Type.Integer({ minimum: 1, description: 'A refresh token ends this long after the last refresh' }),
  ),
  refresh_total_ttl_s: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'No refresh token of a consent lives longer, however often it is used',
    }),
  ),
  refresh_expires_field: Type.Optional(Path),
  min_age_s: Type.Optional(
    Type.Integer({ minimum: 1, description: 'A younger token must not be refreshed' }),
  ),
  never_expires: Type.Boolean({ default: false }),
  never_expires_if_no_expires_in: Type.Boolean({ default: false }),
  ignore_expires_in_zero: Type.Boolean({ default: false }),
  refresh_on_401: Type.Boolean({ default: false }),
})
export type Lifecycle = Static<typeof Lifecycle>

export const TokenResponse = object({
  format: Type.Enum(['json', 'form', 'json_or_form', 'xml'], { default: 'json' }),
  error_in_200: Type.Optional(
    object(
      { ok_field: Type.Optional(Path), error_field: Path },
      'A failure in spite of HTTP 200: `ok_field` is there and false, or `error_field` is there',
    ),
  ),
  permanent_errors: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: 'Error codes of the app’s own, in small letters, that end a grant as invalid_grant does',
  }),
  permanent_descriptions: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description:
      'The same, where the code says something else: a part of the words that come with it, in any letter case',
  }),
  access_token: pathOr('access_token'),
  refresh_token: pathOr('refresh_token'),
  expires_in: pathOr('expires_in'),
  expires_unit: Type.Enum(['s', 'ms', 'epoch_s', 'iso'], { default: 's' }),
  id_token: pathOr('id_token'),
  granted_scopes: pathOr('scope'),
  granted_scopes_separator: Type.Optional(
    Type.String({ minLength: 1, description: 'Left out: scopes.separator' }),
  ),
  empty_scope: Type.Enum(['none', 'unknown'], {
    default: 'none',
    description: 'What an empty text in place of the scopes says: nothing was granted, or nothing about it',
  }),
  name: Type.Optional(Path),
  store: record(Path, 'stored.<name>, kept with the credentials; a custom field of that name is filled too'),
})
export type TokenResponse = Static<typeof TokenResponse>

export const Lookup = object({
  ...requestFields,
  name: Type.String({ description: 'The custom field (source: lookup) that it fills' }),
  list: Type.Optional(Type.String({ description: 'Path of the list of choices; $ is the whole answer' })),
  value: Path,
  label: Type.Optional(Path),
  prefer: Type.Optional(Condition),
  also: record(Path, 'Further custom fields from the chosen entry'),
  choose: Type.Enum(['single_or_ask', 'default_or_ask', 'first'], { default: 'first' }),
})
export type Lookup = Static<typeof Lookup>

/** A call that trades the tokens at hand for others, with its own way to read the answer (quirk C7). */
const { ok: _says, ...exchangeFields } = requestFields
export const TokenExchange = object({ ...exchangeFields, token_response: orEmpty(TokenResponse) })
export type TokenExchange = Static<typeof TokenExchange>

export const OAuth2Definition = object({
  version: Type.Literal(2),
  authorization_url: UrlTemplate,
  token_url: UrlTemplate,
  refresh_url: Type.Optional(UrlTemplate),
  revocation: Type.Optional(RequestTemplate),
  issuer: Type.Optional(
    Type.String({
      format: 'template',
      description:
        'How the server calls itself: in iss of the callback (RFC 9207) and of an ID token, of which it may use id_token.*. Needed where identity reads the ID token',
    }),
  ),
  id_token_nonce: Type.Boolean({
    default: true,
    description: 'false: the app does not return the nonce in its ID tokens',
  }),
  scopes: orEmpty(Scopes),
  scope_profiles: ScopeProfiles,
  pkce: Type.Enum(['required', 'supported', 'no', 'unknown'], {
    default: 'unknown',
    description: 'S256 is sent unless `no`',
  }),
  client_auth: Type.Enum(['body', 'basic', 'either', 'basic_if_secret', 'none', 'private_key_jwt'], {
    default: 'body',
    description: 'either: body is sent; private_key_jwt: the client secret is a private key (PEM)',
  }),
  client_secret_transform: Type.Optional(
    Type.Enum(['smartsheet_hash'], {
      description: 'smartsheet_hash: `hash`, the SHA-256 of secret|code, goes in place of the client secret',
    }),
  ),
  token_body: Type.Enum(['form', 'json', 'json_or_form', 'query'], { default: 'form' }),
  token_method: Type.Enum(['POST', 'GET'], { default: 'POST' }),
  token_headers: Templates,
  authorization_params: Templates,
  token_params: Values,
  refresh_params: Values,
  client_param_names: record(Type.String(), 'Other names, for example client_id: client_key'),
  omit_params: Type.Array(Type.String(), {
    default: [],
    description: 'Standard parameters left out: authorize.response_type, token.redirect_uri, ...',
  }),
  callback_params: record(Type.String(), 'callback.<name>: query parameter of the callback to keep'),
  callback_allow: record(
    Type.Array(Type.String(), { minItems: 1 }),
    'The only values callback.<name> may have',
  ),
  callback_check: Type.Optional(CallbackCheck),
  uninstall_notice: Type.Optional(UninstallNotice),
  code_param: Type.String({ default: 'code' }),
  decode_code: Type.Boolean({ default: false }),
  token_response: orEmpty(TokenResponse),
  // Where a refresh answers in another shape than the code exchange; stands on its own, `store` included.
  refresh_response: Type.Optional(TokenResponse),
  // One after the other, once the code has been exchanged; what an answer lacks stays as it was.
  exchange: Type.Array(TokenExchange, { default: [] }),
  // In place of grant_type=refresh_token, for apps that refresh with the access token itself (quirk F4).
  refresh_request: Type.Optional(RequestTemplate),
  client_credentials_source: Type.Enum(['oauth_app', 'custom_fields'], { default: 'oauth_app' }),
  lookups: Type.Array(Lookup, { default: [] }),
  lifecycle: orEmpty(Lifecycle),
})
export type OAuth2Definition = Static<typeof OAuth2Definition>

export const OAuth1Definition = object({
  version: Type.Literal(1),
  request_token_url: UrlTemplate,
  authorization_url: UrlTemplate,
  token_url: UrlTemplate,
  signature_method: SignatureMethod,
  scopes: orEmpty(Scopes),
  scope_profiles: ScopeProfiles,
  authorization_params: Templates,
  lifecycle: orEmpty(Lifecycle),
  revocation: Type.Optional(RequestTemplate),
})
export type OAuth1Definition = Static<typeof OAuth1Definition>

export const IdentityDefinition = object(
  {
    uid: Template,
    name: Type.Optional(Template),
    request: Type.Optional(RequestTemplate),
  },
  'Who was connected. Templates may also use answer.* (of `request`), token.* (token answer), id_token.* and sha256()',
)
export type IdentityDefinition = Static<typeof IdentityDefinition>

export const ProxyDefinition = object({
  enabled: Type.Boolean({ default: true }),
  base_url: Type.Optional(UrlTemplate),
  allowed_domains: Type.Array(Template, {
    default: [],
    description: 'Host names credentials may go to; *.example.com covers the names below example.com',
  }),
  auth: Type.Optional(Injection),
  alternate_auth: record(Injection, 'Further ways a caller may ask for by name'),
  default_headers: record(Template, 'Added only if the caller sent no header of that name'),
})
export type ProxyDefinition = Static<typeof ProxyDefinition>

const Evidence = object({
  sources: Strings,
  checked_on: Type.Optional(Type.Union([Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), Type.Null()])),
  checked_fields: Strings,
  unverified: Strings,
})

/** A whole app. `extends` is resolved by the loader and gone in a finished definition. */
export const AppDefinition = object({
  schema_version: Type.Literal(1),
  extends: Type.Optional(
    Type.String({ pattern: '^_[a-z0-9_]+$', description: 'A template file beside this one' }),
  ),
  name_slug: Type.String({ pattern: '^[a-z0-9][a-z0-9_]{0,63}$' }),
  aliases: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9_]{0,63}$' }), { default: [] }),
  name: Type.String({ minLength: 1 }),
  auth_type: Type.Enum(['oauth', 'keys', 'none']),
  description: Type.String({ default: '' }),
  categories: Type.Array(Type.String({ minLength: 1 }), { default: [] }),
  rank: Type.Optional(Type.Integer({ minimum: 1, description: 'Place in our list; gives featured_weight' })),
  featured_weight: Type.Optional(Type.Integer()),
  docs_url: Type.Optional(Type.String()),
  logo: Type.Optional(object({ simple_icons: Type.String({ description: 'Its mark in that set' }) })),
  settings: record(
    Type.String(),
    'settings.<name>: constants an operator may override, for example an API version',
  ),
  custom_fields: Type.Array(CustomField, { default: [] }),
  oauth: Type.Optional(tagged('version', [OAuth2Definition, OAuth1Definition])),
  identity: Type.Optional(IdentityDefinition),
  proxy: orEmpty(ProxyDefinition),
  test_request: Type.Optional(TestRequest),
  quirks: Type.Array(Type.String({ pattern: '^[A-K][0-9]{1,2}-[a-z0-9-]+$' }), { default: [] }),
  sandbox: Type.Boolean({ default: false, description: 'A provider of our own: http URLs are allowed' }),
  disabled: Type.Boolean({ default: false }),
  notes: Strings,
  evidence: orEmpty(Evidence),
})
export type AppDefinition = Static<typeof AppDefinition>
