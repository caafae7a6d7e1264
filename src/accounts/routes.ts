/** Table of contents of connected accounts. Creating one belongs to connecting, and stands there. */
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { BadRequest } from '../platform/errors.ts'
import {
  AccountShape,
  includesCredentials,
  ListAccountsAnswer,
  ListAccountsQuery,
  ListUserAccountsQuery,
  RetrieveAccountQuery,
} from './contract.ts'
import { deleteAccount, deleteAccountsByApp, deleteExternalUser } from './delete-accounts.ts'
import { listAccounts, listUserAccounts } from './list-accounts.ts'
import { retrieveAccount } from './retrieve-account.ts'

const P = '/v1/connect/:project_id'
const tags = ['Accounts']
const nothing = Type.Null({ description: 'No content' })
const params = <Name extends string>(name: Name) =>
  Type.Object({ [name]: Type.String() } as { [K in Name]: ReturnType<typeof Type.String> })

/** The text is rendered already: an allow-list of fields with credentials spliced in (render-account.ts). */
const sendJson = (reply: FastifyReply, text: string) =>
  reply.type('application/json; charset=utf-8').send(text)

export function accountRoutes(http: Http, app: App): void {
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
