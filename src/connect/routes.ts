/** Table of contents of connecting an account: the page, its forms, the way to the provider and back. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { AccountShape, CreateAccountBody, CreateAccountQuery } from '../accounts/contract.ts'
import type { App } from '../app.ts'
import { isOutage } from '../db/outage.ts'
import type { Http } from '../http/http.ts'
import { mintHex } from '../platform/crypto/secrets.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { ConnectError } from './connect-errors.ts'
import { readConnectForm } from './connect-form.ts'
import {
  AttemptAnswer,
  CallbackParams,
  CallbackQuery,
  ConnectBody,
  ConnectedAnswer,
  CreatedAttempt,
  HandleParams,
  PageQuery,
  ResultParams,
} from './contract.ts'
import { createAccount } from './create-account.ts'
import { createAttempt } from './create-attempt.ts'
import { errorPage } from './error-page.ts'
import { finishAttempt } from './finish-attempt.ts'
import { pageHeaders, renderPage, type Page } from './page.ts'
import { pageAssets, readAsset } from './page-assets.ts'
import { readAttempt } from './read-attempt.ts'
import { resultPage } from './result-page.ts'
import { requireOwnOrigin } from './same-origin.ts'
import { formAgain, showPage } from './show-page.ts'
import { openStart, startAttempt, type Departure } from './start-attempt.ts'
import { submitKeys, submitKeysForm } from './submit-keys.ts'

const tags = ['Connect page']
const IMMUTABLE = 'public, max-age=31536000, immutable'

export function connectRoutes(http: Http, app: App): void {
  const basePath = new URL(app.config.publicUrl).pathname.replace(/\/$/, '')

  async function sendPage(reply: FastifyReply, page: Page): Promise<FastifyReply> {
    const nonce = mintHex(16)
    const text = renderPage(page, await pageAssets(), nonce, basePath)
    return reply.code(page.status).headers(pageHeaders(page, nonce)).send(text)
  }
  const depart = (reply: FastifyReply, { location, cookie }: Departure) => {
    if (cookie !== undefined) void reply.header('set-cookie', cookie)
    return goTo(reply, location)
  }
  const ownPageOnly = async (request: FastifyRequest) =>
    requireOwnOrigin(app.config.publicUrl, { ...request.headers })

  void http.register(async (scope) => {
    const pages = scope as unknown as Http
    pages.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => readConnectForm(body),
    )
    pages.setErrorHandler(async (error, request, reply) => {
      // What the script asked for is answered as every other API call.
      if (isJson(request)) throw error
      const known = asConnectError(error)
      if (known.status >= 500) request.log.error({ err: error, code: known.code }, 'request failed')
      else request.log.info({ code: known.code, detail: known.detail }, 'connecting refused')
      return sendPage(reply, errorPage(known, { framing: 'anyone' }))
    })

    pages.get('/_static/connect.html', {
      schema: { summary: 'The Connect page', tags, querystring: PageQuery },
      handler: async (request, reply) => sendPage(reply, await showPage(app, basePath, request.query)),
    })
    pages.post('/connect/keys', {
      schema: {
        summary: 'Connect with keys typed on the page',
        tags,
        body: ConnectBody,
        response: { 200: { content: { 'application/json': { schema: ConnectedAnswer } } }, ...errorAnswers },
      },
      preValidation: ownPageOnly,
      handler: async (request, reply) =>
        isJson(request)
          ? reply.send({ account_id: await submitKeys(app, request.body) })
          : sendPage(reply, await submitKeysForm(app, basePath, request.body)),
    })
    pages.post('/connect/attempts', {
      schema: {
        summary: 'Begin to sign in at a provider',
        tags,
        body: ConnectBody,
        response: { 200: { content: { 'application/json': { schema: CreatedAttempt } } }, ...errorAnswers },
      },
      preValidation: ownPageOnly,
      handler: async (request, reply) => {
        const { body } = request
        if (isJson(request)) {
          const handle = await createAttempt(app, body, 'frame')
          return reply.send({ handle, start_url: `${app.config.publicUrl}/connect/attempts/${handle}/start` })
        }
        try {
          const handle = await createAttempt(app, body, 'link')
          return await depart(reply, await startAttempt(app, handle, undefined))
        } catch (error) {
          return sendPage(reply, await formAgain(app, basePath, body, error))
        }
      },
    })
    pages.get('/connect/attempts/:handle/start', {
      schema: { summary: 'Go to the provider', tags, params: HandleParams },
      handler: async (request, reply) => {
        const next = await openStart(app, basePath, request.params.handle, request.headers)
        return 'location' in next ? depart(reply, next) : sendPage(reply, next)
      },
    })
    pages.post('/connect/attempts/:handle/start', {
      schema: { summary: 'Go to the provider, confirmed', tags, params: HandleParams },
      preValidation: ownPageOnly,
      handler: async (request, reply) =>
        depart(reply, await startAttempt(app, request.params.handle, request.headers.cookie)),
    })
    pages.get('/connect/oauth/:oauth_app_id/callback', {
      schema: {
        summary: 'Come back from the provider',
        tags,
        params: CallbackParams,
        querystring: CallbackQuery,
      },
      handler: async (request, reply) =>
        goTo(
          reply,
          await finishAttempt(app, {
            oauthAppId: request.params.oauth_app_id,
            query: request.query,
            cookieHeader: request.headers.cookie,
          }),
        ),
    })
    pages.get('/connect/results/:attempt_id', {
      schema: { summary: 'How it ended', tags, params: ResultParams },
      handler: async (request, reply) =>
        sendPage(reply, await resultPage(app, basePath, request.params.attempt_id, request.headers.cookie)),
    })
  })

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
  http.get('/connect/attempts/:handle', {
    schema: {
      summary: 'How an attempt stands',
      tags,
      params: HandleParams,
      response: { 200: AttemptAnswer, ...errorAnswers },
    },
    handler: async (request) => readAttempt(app, request.params.handle),
  })
  http.get('/_static/assets/:file', {
    schema: {
      summary: 'Script and style of the Connect page',
      tags,
      params: Type.Object({ file: Type.String() }),
    },
    handler: async (request, reply) => {
      const { type, content } = await readAsset(request.params.file)
      return reply
        .headers({ 'cache-control': IMMUTABLE, 'x-content-type-options': 'nosniff' })
        .type(type)
        .send(content)
    },
  })
}

const isJson = (request: FastifyRequest) =>
  /^application\/json\b/i.test(request.headers['content-type'] ?? '')

/** 303: the browser goes on with a GET, whatever it sent. Without a referrer: the address left behind has a code in it. */
const goTo = (reply: FastifyReply, location: string) =>
  reply.code(303).headers({ location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).send()

function asConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  if (isOutage(error)) return new ConnectError('unavailable', { cause: error })
  const status =
    (error as { statusCode?: number; status?: number }).statusCode ?? (error as { status?: number }).status
  return new ConnectError(
    status !== undefined && status >= 400 && status < 500 ? 'parameter_invalid' : 'unexpected',
    {
      cause: error,
    },
  )
}
