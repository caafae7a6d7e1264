/** Table of contents of connected accounts. Creating one belongs to connecting, and stands there. */
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../access/caller.ts'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { BadRequest, TooManyRequests, Unauthorized } from '../platform/errors.ts'
import { Throttle } from '../platform/throttle.ts'
import { RevokeAccountsAnswer, RevokeAccountsBody } from '../revocations/contract.ts'
import {
  AccountShape,
  includesCredentials,
  ListAccountsAnswer,
  ListAccountsQuery,
  ListUserAccountsQuery,
  ReportUnauthorizedBody,
  RetrieveAccountQuery,
} from './contract.ts'
import { revokeAccounts } from './answer-revoke-accounts.ts'
import { deleteAccount, deleteAccountsByApp, deleteExternalUser } from './delete-accounts.ts'
import { listAccounts, listUserAccounts } from './list-accounts.ts'
import { SIGNER_ROUTE, SignBody, signForAccount } from './oauth1-signer.ts'
import { reportUnauthorized } from './report-unauthorized.ts'
import { retrieveAccount } from './retrieve-account.ts'

const P = '/v1/connect/:project_id'
const tags = ['Accounts']
const nothing = Type.Null({ description: 'No content' })
const params = <Name extends string>(name: Name) =>
  Type.Object({ [name]: Type.String() } as { [K in Name]: ReturnType<typeof Type.String> })

/** The text is rendered already: an allow-list of fields with credentials spliced in (render-account.ts). */
const sendJson = (reply: FastifyReply, text: string) =>
  reply.type('application/json; charset=utf-8').send(text)

/** Wrong tokens from one address in a minute. */
const FAILED_SIGNATURES_PER_MINUTE = 30

export function accountRoutes(http: Http, app: App): void {
  const throttle = new Throttle(FAILED_SIGNATURES_PER_MINUTE)

  http.post(SIGNER_ROUTE, {
    schema: {
      summary: 'Sign a request for an OAuth 1 account',
      description: 'What `oauth_signer_uri` of its credentials names. The answer is an Authorization header.',
      tags,
      params: params('account_id'),
      body: SignBody,
      response: { 200: { content: { 'text/plain': { schema: Type.String() } } }, ...errorAnswers },
    },
    handler: async (request, reply) => {
      const headers = throttle.refusal(request.ip, app.clock.now())
      if (headers) throw new TooManyRequests(headers)
      try {
        const header = await signForAccount(app, request.params.account_id, request.body)
        return await (reply as FastifyReply).type('text/plain; charset=utf-8').send(header)
      } catch (error) {
        if (error instanceof Unauthorized) throttle.fail(request.ip, app.clock.now())
        throw error
      }
    },
  })
  http.get(`${P}/accounts`, {
    schema: {
      summary: 'List accounts',
      tags,
      querystring: ListAccountsQuery,
      response: { 200: ListAccountsAnswer, ...errorAnswers },
    },
    handler: async (request, reply) =>
      sendJson(reply, await listAccounts(app, request.projectEnvironment, request.caller, request.query)),
  })
  http.get(`${P}/accounts/:account_id`, {
    schema: {
      summary: 'Retrieve an account',
      tags,
      params: params('account_id'),
      querystring: RetrieveAccountQuery,
      response: { 200: AccountShape, ...errorAnswers },
    },
    handler: async (request, reply) => {
      const { account_id: id } = request.params
      const withCredentials = includesCredentials(request.query.include_credentials)
      return sendJson(
        reply,
        await retrieveAccount(app, request.projectEnvironment, request.caller, id, withCredentials),
      )
    },
  })
  http.get(`${P}/users/:external_user_id/accounts`, {
    schema: {
      summary: "List an external user's accounts",
      tags,
      params: params('external_user_id'),
      querystring: ListUserAccountsQuery,
      response: { 200: Type.Array(AccountShape), ...errorAnswers },
    },
    handler: async (request, reply) => {
      const { external_user_id: user } = request.params
      return sendJson(
        reply,
        await listUserAccounts(app, request.projectEnvironment, request.caller, user, request.query),
      )
    },
  })
  http.post(`${P}/accounts/:account_id/report_unauthorized`, {
    schema: {
      summary: 'Report that the app answered 401',
      description:
        'A token that can be refreshed is refreshed at once, other credentials are tried out at once. Then read the account again.',
      tags,
      params: params('account_id'),
      body: ReportUnauthorizedBody,
      response: { 200: AccountShape, ...errorAnswers },
    },
    handler: async (request, reply) => {
      const { account_id: id } = request.params
      const { access_token_sha256: used } = request.body
      return sendJson(reply, await reportUnauthorized(app, request.projectEnvironment, id, used))
    },
  })
  http.delete(`${P}/accounts/:account_id`, {
    schema: {
      summary: 'Delete an account',
      tags,
      params: params('account_id'),
      response: { 204: nothing, ...errorAnswers },
    },
    handler: async (request, reply) => {
      await deleteAccount(app, request.projectEnvironment, request.caller, request.params.account_id)
      return reply.code(204).send(null)
    },
  })
  for (const url of [`${P}/apps/:app_id/accounts`, `${P}/accounts/app/:app_id`]) {
    http.delete(url, {
      schema: {
        summary: 'Delete all accounts of an app',
        tags,
        params: params('app_id'),
        response: { 204: nothing, ...errorAnswers },
      },
      handler: async (request, reply) => {
        await deleteAccountsByApp(app, request.projectEnvironment, request.caller, request.params.app_id)
        return reply.code(204).send(null)
      },
    })
  }
  http.post(`${P}/revocations`, {
    schema: {
      summary: 'Revoke many accounts at once: their credentials are destroyed here and ended at the provider',
      tags: ['Revocations'],
      body: RevokeAccountsBody,
      response: { 200: RevokeAccountsAnswer, ...errorAnswers },
    },
    handler: (request) =>
      revokeAccounts(app, request.projectEnvironment, request.body, actorOf(request.caller)),
  })
  http.delete(`${P}/users/:external_user_id`, {
    schema: {
      summary: 'Delete an external user',
      tags: ['Users'],
      params: params('external_user_id'),
      response: { 204: nothing, ...errorAnswers },
    },
    handler: async (request, reply) => {
      // An id with an unescaped `?` arrives cut, the rest as a query: deleting user `a` for `a?b` would be wrong (contract 1.2).
      if (Object.keys(request.query as object).length > 0 || request.raw.url?.includes('?')) {
        throw new BadRequest('This path takes no query; escape ? and # in the user id', {
          code: 'invalid_parameter',
        })
      }
      await deleteExternalUser(
        app,
        request.projectEnvironment,
        request.caller,
        request.params.external_user_id,
      )
      return reply.code(204).send(null)
    },
  })
}
