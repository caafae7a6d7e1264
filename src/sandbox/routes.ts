/** Table of contents of the sandbox provider. Mounted only where `config.sandbox` is on; its callers are never members or API clients. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { readFormBody, readJsonBody } from '../platform/request-body.ts'
import { answerTokenRequest } from './answer-token-request.ts'
import { askForConsent } from './ask-for-consent.ts'
import {
  AuthorizeQuery,
  ConsentForm,
  RevocationForm,
  TokenForm,
  EchoAnswer,
  PersonAnswer,
  SandboxSettings,
  SandboxSettingsBody,
  StatsAnswer,
} from './contract.ts'
import { decideConsent } from './decide-consent.ts'
import { echoRequest } from './echo-request.ts'
import type { Answer } from './page.ts'
import { readStats } from './read-stats.ts'
import { requirePerson } from './require-person.ts'
import { revokeTokens } from './revoke-tokens.ts'
import { badSettings, replaceSettings } from './settings.ts'

const tags = ['Sandbox']

export function sandboxRoutes(http: Http, app: App): void {
  const stopping = new AbortController()
  http.addHook('preClose', async () => stopping.abort())

  void http.register(async (scope) => {
    const endpoint = scope as unknown as Http
    endpoint.removeAllContentTypeParsers()
    endpoint.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => readFormBody(body),
    )
    endpoint.get('/sandbox/oauth/authorize', {
      schema: { summary: 'Consent page', tags, querystring: AuthorizeQuery },
      handler: async (request, reply) => send(reply, await askForConsent(app, request.query)),
    })
    endpoint.post('/sandbox/oauth/authorize', {
      schema: { summary: 'Allow or deny', tags, querystring: AuthorizeQuery, body: ConsentForm },
      handler: async (request, reply) => send(reply, await decideConsent(app, request.query, request.body)),
    })
    endpoint.post('/sandbox/oauth/token', {
      schema: { summary: 'Exchange a code, refresh tokens', tags, body: TokenForm },
      config: { oauth: true },
      handler: async (request, reply) =>
        send(
          reply,
          await answerTokenRequest(
            app,
            { ...request.body, ...authorizationOf(request) },
            AbortSignal.any([stopping.signal, gone(reply)]),
          ),
        ),
    })
    endpoint.post('/sandbox/oauth/revoke', {
      schema: { summary: 'Revoke a grant', tags, body: RevocationForm },
      config: { oauth: true },
      handler: async (request, reply) =>
        send(reply, await revokeTokens(app, { ...request.body, ...authorizationOf(request) })),
    })
  })

  void http.register(async (scope) => {
    const endpoint = scope as unknown as Http
    endpoint.removeAllContentTypeParsers()
    endpoint.addContentTypeParser(
      '*',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => body,
    )
    endpoint.get('/sandbox/api/me', {
      schema: { summary: 'Whose credential this is', tags, response: { 200: PersonAnswer } },
      handler: (request) => requirePerson(app, credentialOf(request)),
    })
    endpoint.route({
      method: ['GET', 'POST'],
      url: '/sandbox/api/echo',
      schema: { summary: 'What arrived', tags, response: { 200: EchoAnswer } },
      handler: async (request) => {
        await requirePerson(app, credentialOf(request))
        return echoRequest({
          method: request.method,
          query: request.query as Record<string, unknown>,
          headers: request.headers,
          body: request.body as Buffer | undefined,
        })
      },
    })
  })

  void http.register(async (scope) => {
    const endpoint = scope as unknown as Http
    endpoint.removeAllContentTypeParsers()
    endpoint.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => readJsonBody(body),
    )
    endpoint.get('/sandbox/stats', {
      schema: { summary: 'What clients did here', tags, response: { 200: StatsAnswer } },
      handler: () => readStats(app),
    })
    endpoint.put('/sandbox/settings', {
      schema: {
        summary: 'Replace all switches',
        tags,
        body: SandboxSettingsBody,
        response: { 200: SandboxSettings },
      },
      schemaErrorFormatter: (problems) => badSettings(problems),
      handler: (request) => replaceSettings(app, request.headers.origin, request.body),
    })
  })
}

const send = (reply: FastifyReply, { status, headers, body }: Answer) =>
  reply.code(status).headers(headers).send(body)

const authorizationOf = ({ headers }: FastifyRequest) => ({ authorization: headers.authorization })

const credentialOf = ({ headers }: FastifyRequest) => ({
  authorization: headers.authorization,
  key: headers['x-acme-key'] as string | undefined,
})

/** Ends when the connection does, answered or not. */
function gone(reply: FastifyReply): AbortSignal {
  const ending = new AbortController()
  reply.raw.once('close', () => ending.abort())
  return ending.signal
}
