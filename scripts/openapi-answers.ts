/** Owns what the route schemas cannot say for the OpenAPI document: pages, files and redirects, and bodies that also come as a form. */
import { Type, type TSchema } from 'typebox'
import { JwksAnswer, OAuthErrorAnswer } from '../src/api-clients/contract.ts'
import { CreatedAttempt } from '../src/connect/contract.ts'
import { ErrorShape } from '../src/platform/error-shape.ts'

export interface Answer {
  description?: string
  content?: Record<string, { schema: TSchema }>
}

const text = Type.String()
const of = (type: string, schema: TSchema): Answer => ({ content: { [type]: { schema } } })
const json = (schema: TSchema) => of('application/json', schema)
const page = of('text/html', text)
const redirect = (description: string): Answer => ({ description })

const alive = { 200: json(Type.Object({ status: Type.Literal('ok') })) }
const onlyPost = { 405: json(OAuthErrorAnswer) }
const toProvider = redirect("To the provider's consent screen")

const onward = redirect('To where the browser belongs')

/** Route -> its answers by status, for routes whose answer is not JSON of one schema. */
export const otherAnswers: Readonly<Record<string, Readonly<Record<number, Answer>>>> = {
  'GET /healthz': alive,
  'GET /readyz': { ...alive, 503: json(ErrorShape) },
  'GET /metrics': { 200: of('text/plain', text), 403: json(ErrorShape) },
  'GET /openapi.json': { 200: json(Type.Record(Type.String(), Type.Unknown())) },

  'GET /.well-known/jwks.json': { 200: of('application/jwk-set+json', JwksAnswer) },
  'GET /v1/oauth/:endpoint': onlyPost,
  'PUT /v1/oauth/:endpoint': onlyPost,
  'PATCH /v1/oauth/:endpoint': onlyPost,
  'DELETE /v1/oauth/:endpoint': onlyPost,

  'GET /v1/connect/:project_id/events/stream': { 200: of('text/event-stream', text) },
  'GET /v1/connect/events/stream': { 200: of('text/event-stream', text) },

  'GET /_static/connect.html': { 200: page },
  'GET /_static/assets/:file': {
    200: { content: { 'text/javascript': { schema: text }, 'text/css': { schema: text } } },
    404: json(ErrorShape),
  },
  'GET /_static/apps/:file': {
    200: { content: { 'image/svg+xml': { schema: text }, 'image/png': { schema: text } } },
    404: json(ErrorShape),
  },
  'POST /connect/attempts': {
    200: json(CreatedAttempt),
    303: redirect("To the provider's consent screen, when the body is a form"),
    400: json(ErrorShape),
  },
  'GET /connect/attempts/:handle/start': { 200: page, 303: toProvider },
  'POST /connect/attempts/:handle/start': { 303: toProvider },
  'GET /connect/oauth/:oauth_app_id/callback': { 303: redirect('To the page that says how it ended') },
  'GET /connect/results/:attempt_id': { 200: page, 303: onward },
  'DELETE /connect/oauth/:oauth_app_id/callback': {
    200: of('text/plain', text),
    401: json(ErrorShape),
    405: json(ErrorShape),
  },
  'GET /_static/logos/:digest': {
    200: {
      content: {
        'image/png': { schema: text },
        'image/jpeg': { schema: text },
        'image/webp': { schema: text },
      },
    },
    404: json(ErrorShape),
  },
  'GET /connect/choices/:attempt_id': { 200: page, 303: onward },
  'POST /connect/choices/:attempt_id': { 303: onward },
  'POST /connect/handovers': { 303: redirect('To the page that shows the code') },
  'GET /connect/waiting/:handle': { 200: page, 303: onward },
  'GET /connect/handovers/:secret': { 200: page },
  'POST /connect/handovers/:secret': { 200: page },

  'GET /sandbox/oauth/authorize': { 200: page, 303: redirect('Back to the client, refused') },
  'POST /sandbox/oauth/authorize': { 303: redirect('Back to the client, with a code or a refusal') },
  'POST /sandbox/oauth/token': {
    200: json(Type.Record(Type.String(), Type.Unknown())),
    400: json(OAuthErrorAnswer),
  },
  'POST /sandbox/oauth/revoke': { 200: redirect('Empty'), 401: json(OAuthErrorAnswer) },
}

const FORM = 'application/x-www-form-urlencoded'
const jsonOrForm = ['application/json', FORM]

/** Route -> the content types of its body, where that is not JSON alone. */
export const bodyTypes: Readonly<Record<string, readonly string[]>> = {
  'POST /v1/oauth/token': jsonOrForm,
  'POST /v1/oauth/introspect': jsonOrForm,
  'POST /v1/oauth/revoke': jsonOrForm,
  'POST /connect/keys': jsonOrForm,
  'POST /connect/attempts': jsonOrForm,
  'POST /connect/choices/:attempt_id': [FORM],
  'POST /connect/handovers': [FORM],
  'POST /connect/handovers/:secret': [FORM],
  'POST /sandbox/oauth/authorize': [FORM],
  'POST /sandbox/oauth/token': [FORM],
  'POST /sandbox/oauth/revoke': [FORM],
}
