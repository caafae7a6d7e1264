/** Table of contents of connecting without the page: keys through the API, and the developer's word on a connection. */
import type { FastifyReply } from 'fastify'
import { AccountShape, CreateAccountBody, CreateAccountQuery } from '../../accounts/contract.ts'
import type { App } from '../../app.ts'
import type { Http } from '../../http/http.ts'
import { errorAnswers } from '../../platform/error-shape.ts'
import { confirmVerification } from '../confirm-verification.ts'
import { ConfirmBody, ConfirmedAnswer } from '../confirm-contract.ts'
import { createAccount } from '../create-account.ts'

export function connectApiRoutes(http: Http, app: App): void {
  http.post('/v1/connect/:project_id/accounts', {
    schema: {
      summary: 'Connect an account with keys',
      tags: ['Accounts'],
      querystring: CreateAccountQuery,
      body: CreateAccountBody,
      response: { 200: AccountShape, ...errorAnswers },
    },
    handler: async (request, reply) => {
      const text = await createAccount(
        app,
        request.projectEnvironment,
        request.caller,
        request.query,
        request.body,
      )
      return (reply as FastifyReply).type('application/json; charset=utf-8').send(text)
    },
  })
  http.post('/v1/connect/:project_id/verifications', {
    schema: {
      summary: 'Confirm for whom a connection was made',
      tags: ['Accounts'],
      body: ConfirmBody,
      response: { 200: ConfirmedAnswer, ...errorAnswers },
    },
    handler: async (request) =>
      confirmVerification(app, request.projectEnvironment, request.caller, request.body),
  })
}
