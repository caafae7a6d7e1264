/** Owns the HTTP server: limits, the order of checks before a handler runs, and the list of all routes. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify'
import { routePolicies } from '../access/route-policies.ts'
import { accountRoutes } from '../accounts/routes.ts'
import { apiClientRoutes } from '../api-clients/routes.ts'
import type { App } from '../app.ts'
import { appOverrideRoutes } from '../app-overrides/routes.ts'
import { appRoutes } from '../apps/routes.ts'
import { connectApiRoutes } from '../connect/api/routes.ts'
import { callbackRoutes } from '../connect/callback/routes.ts'
import { connectRoutes } from '../connect/routes.ts'
import { connectTokenRoutes } from '../connect-tokens/routes.ts'
import { eventRoutes } from '../events/routes.ts'
import { externalUserRoutes } from '../external-users/routes.ts'
import { oauthAppRoutes } from '../oauth-apps/routes.ts'
import { NotFound } from '../platform/errors.ts'
import { projectRoutes } from '../projects/routes.ts'
import { revocationRoutes } from '../revocations/routes.ts'
import { sandboxRoutes } from '../sandbox/routes.ts'
import { webhookRoutes } from '../webhooks/routes.ts'
import { admit } from './admit.ts'
import { canonicalPath } from './canonical-path.ts'
import { checkHeaders } from './check-headers.ts'
import { isBrowserPath, preflightHeaders } from './cors.ts'
import { type ErrorAnswer, errorAnswer } from './error-body.ts'
import { healthRoutes } from './health-routes.ts'
import type { Http } from './http.ts'
import { readJsonBody } from '../platform/request-body.ts'
import { lazyCompilers } from './lazy-compilers.ts'
import { errorForLog, logOptions } from './log-options.ts'
import { refuseBrokenRequest } from './refuse-broken-request.ts'
import { serverTls } from './server-tls.ts'

const BODY_LIMIT_BYTES = 256 * 1024
/** A proxied address of 8,000 characters fits, in base64 and percent-encoded. */
const MAX_PARAM_LENGTH = 12_000
const REQUEST_TIMEOUT_MS = 15_000
const KEEP_ALIVE_TIMEOUT_MS = 72_000

export interface ServerOptions {
  compilers?: typeof lazyCompilers
  /** Runs before the first route is added: here the generator of the OpenAPI document hooks itself in. */
  prepare?: (http: Http) => Promise<void>
}

/** All routes mounted, not listening yet. Throws when a route is missing from the table of policies, or the table names one that is not there. */
export async function createServer(app: App, options: ServerOptions = {}): Promise<Http> {
  const http = fastify({
    loggerInstance: app.log,
    ...logOptions,
    ...serverTls(app.config),
    trustProxy: app.config.trustedProxies.length > 0 ? app.config.trustedProxies : false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: (request) => canonicalPath(request.url ?? '/'),
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, _request, reply) => void sendError(error, reply, false),
    // Nothing is coerced: `null`, numbers and lists never become text. Unknown members are ignored, not removed.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false },
    },
    schemaController: { compilersFactory: options.compilers ?? lazyCompilers },
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as Http

  const unused = new Set(Object.keys(routePolicies))
  http.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      const name = `${method} ${route.url}`
      const policy = routePolicies[name]
      if (!policy) throw new Error(`no policy for ${name}; add it to access/route-policies.ts`)
      unused.delete(name)
      route.config = { ...route.config, policy }
    }
  })
  await options.prepare?.(http)

  http.removeAllContentTypeParsers()
  http.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => readJsonBody(body),
  )

  http.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    })
    if (isBrowserPath(request.url)) reply.header('vary', 'Origin')
    checkHeaders(request.raw.rawHeaders)
    await admit(app, request, reply)
  })

  http.setErrorHandler((error, request, reply) => {
    const answer = sendError(error, reply, request.routeOptions.config.oauth === true)
    if (answer.ours) request.log.error({ err: errorForLog(error) }, 'request failed')
    return reply
  })
  http.setNotFoundHandler((request, reply) => {
    const { origin } = request.headers
    const asked = request.headers['access-control-request-method']
    if (
      request.method === 'OPTIONS' &&
      origin !== undefined &&
      asked !== undefined &&
      isBrowserPath(request.url)
    ) {
      const headers = preflightHeaders(origin, request.headers['access-control-request-headers'])
      return reply
        .code(204)
        .headers({ ...headers, vary: 'Origin' })
        .send()
    }
    sendError(new NotFound(), reply, false)
    return reply
  })

  healthRoutes(http, app)
  apiClientRoutes(http, app)
  appRoutes(http, app)
  projectRoutes(http, app)
  appOverrideRoutes(http, app)
  oauthAppRoutes(http, app)
  externalUserRoutes(http, app)
  accountRoutes(http, app)
  revocationRoutes(http, app)
  connectTokenRoutes(http, app)
  connectRoutes(http, app)
  connectApiRoutes(http, app)
  callbackRoutes(http, app)
  webhookRoutes(http, app)
  eventRoutes(http, app)
  if (app.config.sandbox) sandboxRoutes(http, app)
  await http.ready()
  for (const name of unused) {
    if (!name.includes('/sandbox/'))
      throw new Error(`policy without a route: ${name}; remove it from access/route-policies.ts`)
  }
  return http
}

function sendError(error: unknown, reply: FastifyReply, oauth: boolean): ErrorAnswer {
  const answer = errorAnswer(error, oauth)
  void reply
    .code(answer.status)
    .headers({ 'cache-control': 'no-store', ...(oauth ? { pragma: 'no-cache' } : {}), ...answer.headers })
    .type('application/json; charset=utf-8')
    .send(answer.body)
  return answer
}
