/** Table of contents of Connect tokens. */
import { Type } from 'typebox'
import { normalOrigin, readableBy } from '../access/browser-origin.ts'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { ErrorShape, errorAnswers } from '../platform/error-shape.ts'
import { TooManyRequests } from '../platform/errors.ts'
import { Throttle } from '../platform/throttle.ts'
import { CreateTokenAnswer, CreateTokenBody, ValidateTokenAnswer, ValidateTokenQuery } from './contract.ts'
import { createConnectToken } from './create-connect-token.ts'
import { validateConnectToken } from './validate-connect-token.ts'

/** Guesses at a token from one address in a minute; the path holds the secret, so guessing is counted by address. */
const FAILED_VALIDATIONS_PER_MINUTE = 60

export function connectTokenRoutes(http: Http, app: App): void {
  const throttle = new Throttle(FAILED_VALIDATIONS_PER_MINUTE)

  http.post('/v1/connect/:project_id/tokens', {
    schema: {
      summary: 'Create a Connect token',
      tags: ['Connect tokens'],
      body: CreateTokenBody,
      response: { 200: CreateTokenAnswer, ...errorAnswers },
    },
    handler: (request) => createConnectToken(app, request.projectEnvironment, request.body),
  })

  http.get('/v1/connect/tokens/:ctok/validate', {
    schema: {
      summary: 'Tell whether a Connect token is good',
      tags: ['Connect tokens'],
      params: Type.Object({ ctok: Type.String() }),
      querystring: ValidateTokenQuery,
      response: { 200: ValidateTokenAnswer, 400: ErrorShape, 429: ErrorShape },
    },
    handler: async (request, reply) => {
      const headers = throttle.refusal(request.ip, app.clock.now())
      if (headers) throw new TooManyRequests(headers)
      const { answer, allowedOrigins } = await validateConnectToken(app, request.params.ctok, request.query)
      if (!answer.success) throttle.fail(request.ip, app.clock.now())
      const origin = request.headers.origin === undefined ? undefined : normalOrigin(request.headers.origin)
      if (origin !== undefined && allowedOrigins.includes(origin)) reply.headers(readableBy(origin))
      return answer
    },
  })
}
