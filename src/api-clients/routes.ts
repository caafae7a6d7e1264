/** Table of contents of the OAuth endpoints. Their errors have the shape of RFC 6749, whatever goes wrong. */
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { readFormBody } from '../platform/request-body.ts'
import type { Http } from '../http/http.ts'
import { Throttle } from '../platform/throttle.ts'
import {
  IntrospectionAnswer,
  JwksAnswer,
  MetadataAnswer,
  OAuthErrorAnswer,
  OneTokenBody,
  TokenAnswer,
  TokenBody,
} from './contract.ts'
import { introspectAccessToken } from './introspect-access-token.ts'
import { issueAccessToken } from './issue-access-token.ts'
import { invalidRequest, OAuthError } from './oauth-error.ts'
import { revokeAccessToken } from './revoke-access-token.ts'
import { serverMetadata } from './server-metadata.ts'
import { JWKS_MAX_AGE_SECONDS } from './signing-keys.ts'

const errors = { 400: OAuthErrorAnswer, 401: OAuthErrorAnswer, 429: OAuthErrorAnswer }
const oauth = { oauth: true }
const publicFor = (seconds: number) => `public, max-age=${seconds}`

export function apiClientRoutes(http: Http, app: App): void {
  const throttle = new Throttle(app.config.tokenFailuresPerMinute)

  void http.register(async (scope) => {
    const endpoint = scope as unknown as Http
    endpoint.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => readFormBody(body),
    )
    endpoint.addHook('onRequest', async (request, reply) => {
      reply.header('pragma', 'no-cache')
      // Credentials in an address end up in logs and histories (RFC 6749 section 2.3.1).
      if (Object.keys(request.query as object).length > 0)
        throw invalidRequest('Parameters belong in the body, not in the address')
    })
    endpoint.addHook('preValidation', async (request) => {
      if (request.method === 'POST' && request.body === undefined) throw invalidRequest('The body is missing')
    })

    endpoint.post('/v1/oauth/token', {
      schema: {
        summary: 'Issue an access token',
        tags: ['OAuth'],
        body: TokenBody,
        response: { 200: TokenAnswer, ...errors },
      },
      config: oauth,
      handler: (request) => issueAccessToken(app, throttle, { ...request.body, ...callerOf(request) }),
    })
    endpoint.post('/v1/oauth/introspect', {
      schema: {
        summary: 'Tell whether an access token is good',
        tags: ['OAuth'],
        body: OneTokenBody,
        response: { 200: IntrospectionAnswer, ...errors },
      },
      config: oauth,
      handler: (request) => introspectAccessToken(app, throttle, { ...request.body, ...callerOf(request) }),
    })
    endpoint.post('/v1/oauth/revoke', {
      schema: {
        summary: 'End an access token',
        tags: ['OAuth'],
        body: OneTokenBody,
        response: { 200: Type.Null({ description: 'Empty' }), ...errors },
      },
      config: oauth,
      handler: async (request, reply) => {
        await revokeAccessToken(app, throttle, { ...request.body, ...callerOf(request) })
        // Text is sent as it is: null would be serialized into a body of four letters.
        return reply.code(200).send('' as never)
      },
    })
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'] as const) {
      endpoint.route({
        method,
        url: '/v1/oauth/:endpoint',
        config: oauth,
        handler: async () => {
          throw new OAuthError(405, 'invalid_request', 'Only POST', { headers: { allow: 'POST' } })
        },
      })
    }
  })

  http.get('/.well-known/oauth-authorization-server', {
    schema: {
      summary: 'What this authorization server offers',
      tags: ['OAuth'],
      response: { 200: MetadataAnswer },
    },
    handler: async (_request, reply) => {
      reply.header('cache-control', publicFor(JWKS_MAX_AGE_SECONDS))
      return serverMetadata(app.accessTokens.issuer)
    },
  })
  http.get('/.well-known/jwks.json', {
    schema: { summary: 'Public keys of the access tokens', tags: ['OAuth'], response: { 200: JwksAnswer } },
    handler: async (_request, reply) => {
      reply.header('cache-control', publicFor(JWKS_MAX_AGE_SECONDS)).type('application/jwk-set+json')
      return { keys: await app.accessTokens.publishedKeys() } as never
    },
  })
}

const callerOf = (request: FastifyRequest) => ({
  authorization: request.headers.authorization,
  address: request.ip,
})
