/** Table of contents of connecting an account: the page, its forms, the way to the provider and back. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { isOutage } from '../db/outage.ts'
import type { Http } from '../http/http.ts'
import { digest, mintHex } from '../platform/crypto/secrets.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { Throttle } from '../platform/throttle.ts'
import { answerChoice } from './answer-choice.ts'
import { choicePage } from './choice-page.ts'
import { ConnectError } from './connect-errors.ts'
import { readConnectForm } from './connect-form.ts'
import {
  AttemptAnswer,
  CallbackParams,
  CallbackQuery,
  ChoiceBody,
  ConnectBody,
  ConnectedAnswer,
  CreatedAttempt,
  HandleParams,
  HandoverParams,
  knownMembers,
  NumberBody,
  PageQuery,
  ResultParams,
} from './contract.ts'
import { createAttempt } from './create-attempt.ts'
import { errorPage } from './error-page.ts'
import { finishAttempt } from './finish-attempt.ts'
import { createHandover, openHandover } from './handover.ts'
import { numbersPage, waitingPage } from './handover-pages.ts'
import { pageHeaders, renderPage, type Page } from './page.ts'
import { pageAddress } from './page-address.ts'
import { pageAssets, readAsset } from './page-assets.ts'
import { readAttempt } from './read-attempt.ts'
import { resultPage } from './result-page.ts'
import { requireOwnOrigin } from './same-origin.ts'
import { formAgain, showPage } from './show-page.ts'
import { openStart, startAttempt, type Departure } from './start-attempt.ts'
import { submitKeys, submitKeysForm, type SubmittedKeys } from './submit-keys.ts'
import { findAccountName } from './store.ts'
import { messagesFor, type Visit } from './visit.ts'

const tags = ['Connect page']
/** Of one link. A person does not come near it; the page's script makes one ahead of need every few minutes. */
const TRIES_PER_MINUTE = 120
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
  const visitOf = ({ headers }: FastifyRequest): Visit => ({
    publicUrl: app.config.publicUrl,
    basePath,
    acceptLanguage: headers['accept-language'],
    userAgent: headers['user-agent'],
  })
  const attemptAnswer = (handle: string) => ({
    handle,
    start_url: `${app.config.publicUrl}/connect/attempts/${handle}/start`,
  })
  async function keysAnswer(submitted: SubmittedKeys) {
    if ('handle' in submitted) return attemptAnswer(submitted.handle)
    const name = await findAccountName(app.db.read, submitted.accountId)
    return { account_id: submitted.accountId, ...(name === null ? {} : { account_name: name }) }
  }
  /** A page, or where the browser belongs instead. */
  const answer = (reply: FastifyReply, next: Page | string) =>
    typeof next === 'string' ? goTo(reply, next) : sendPage(reply, next)
  const ownPageOnly = async (request: FastifyRequest) =>
    requireOwnOrigin(app.config.publicUrl, { ...request.headers })
  const tries = new Throttle(TRIES_PER_MINUTE)
  /** Each leaves a row, and may call a provider: one link does not do so without end. */
  const countTry = async ({ body }: FastifyRequest) => {
    const key = digest((body as ConnectBody).token)
    const headers = tries.refusal(key, app.clock.now())
    if (headers) throw new ConnectError('too_many_tries', { headers })
    tries.fail(key, app.clock.now())
  }

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
      const visit = visitOf(request)
      const messages = messagesFor(visit, askedLanguage(request))
      return sendPage(reply, errorPage(visit, known, { messages, framing: 'anyone' }))
    })

    pages.get('/_static/connect.html', {
      schema: { summary: 'The Connect page', tags, querystring: PageQuery },
      // Some chats ask for the head alone before they believe in a link.
      exposeHeadRoute: true,
      handler: async (request, reply) =>
        sendPage(reply, await showPage(app, visitOf(request), request.query)),
    })
    pages.post('/connect/keys', {
      schema: {
        summary: 'Connect with keys typed on the page',
        tags,
        body: ConnectBody,
        response: { 200: { content: { 'application/json': { schema: ConnectedAnswer } } }, ...errorAnswers },
      },
      preValidation: ownPageOnly,
      preHandler: countTry,
      handler: async (request, reply) =>
        isJson(request)
          ? reply.send(await keysAnswer(await submitKeys(app, request.body, 'frame')))
          : sendPage(reply, await submitKeysForm(app, visitOf(request), request.body)),
    })
    pages.post('/connect/attempts', {
      schema: {
        summary: 'Begin to sign in at a provider',
        tags,
        body: ConnectBody,
        response: { 200: { content: { 'application/json': { schema: CreatedAttempt } } }, ...errorAnswers },
      },
      preValidation: ownPageOnly,
      preHandler: countTry,
      handler: async (request, reply) => {
        const { body } = request
        if (isJson(request)) {
          const handle = await createAttempt(app, knownMembers(body), 'frame')
          return reply.send(attemptAnswer(handle))
        }
        try {
          const handle = await createAttempt(app, knownMembers(body), 'link')
          return await depart(reply, await startAttempt(app, handle, undefined))
        } catch (error) {
          return sendPage(reply, await formAgain(app, visitOf(request), body, error))
        }
      },
    })
    pages.get('/connect/attempts/:handle/start', {
      schema: { summary: 'Go to the provider', tags, params: HandleParams },
      handler: async (request, reply) => {
        const next = await openStart(app, visitOf(request), request.params.handle, request.headers)
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
        answer(
          reply,
          await resultPage(app, visitOf(request), request.params.attempt_id, request.headers.cookie),
        ),
    })
    pages.post('/connect/handovers', {
      schema: { summary: 'Make a code for another device', tags, body: ConnectBody },
      preValidation: ownPageOnly,
      preHandler: countTry,
      handler: async (request, reply) =>
        goTo(reply, `${app.config.publicUrl}/connect/waiting/${await createHandover(app, request.body)}`),
    })
    pages.get('/connect/waiting/:handle', {
      schema: { summary: 'The code, until it is done there', tags, params: HandleParams },
      handler: async (request, reply) => {
        const isFramed = request.headers['sec-fetch-dest'] === 'iframe'
        return answer(reply, await waitingPage(app, visitOf(request), request.params.handle, isFramed))
      },
    })
    pages.get('/connect/handovers/:secret', {
      schema: { summary: 'On the other device: which number?', tags, params: HandoverParams },
      handler: async (request, reply) =>
        sendPage(reply, await numbersPage(app, visitOf(request), request.params.secret)),
    })
    pages.post('/connect/handovers/:secret', {
      schema: {
        summary: 'Go on there, with the right number',
        tags,
        params: HandoverParams,
        body: NumberBody,
      },
      preValidation: ownPageOnly,
      handler: async (request, reply) => {
        const asked = await openHandover(app, request.params.secret, request.body.number)
        // To an address of its own, which can be reloaded and come back to.
        const query = { ...asked, hideClose: 'true', handedOver: 'true' }
        return goTo(reply, pageAddress(app.config, query))
      },
    })
    pages.get('/connect/choices/:attempt_id', {
      schema: { summary: 'What only the person can say', tags, params: ResultParams },
      handler: async (request, reply) =>
        answer(
          reply,
          await choicePage(app, visitOf(request), request.params.attempt_id, request.headers.cookie),
        ),
    })
    pages.post('/connect/choices/:attempt_id', {
      schema: { summary: 'Say it', tags, params: ResultParams, body: ChoiceBody },
      preValidation: ownPageOnly,
      handler: async (request, reply) => {
        const { params, headers, body } = request
        return goTo(reply, await answerChoice(app, params.attempt_id, headers.cookie, body))
      },
    })
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

/** Also of a request that did not pass its schema. */
function askedLanguage({ query, body }: FastifyRequest): string | undefined {
  const asked: unknown = Object(query).lang ?? Object(body).lang
  return typeof asked === 'string' ? asked : undefined
}

const isJson = (request: FastifyRequest) =>
  /^application\/json\b/i.test(request.headers['content-type'] ?? '')

/** 303: the browser goes on with a GET, whatever it sent. Without a referrer: the address left behind has a code in it. */
const goTo = (reply: FastifyReply, address: string) => {
  // Developers may write their addresses as people read them; a header holds ASCII only.
  const location = address.replace(/[^\x21-\x7e]+/g, encodeURIComponent)
  return reply
    .code(303)
    .headers({ location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .send()
}

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
