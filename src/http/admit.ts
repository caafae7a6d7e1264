/** Owns letting a request in: bearer -> caller -> origin -> scope -> project and environment, all before its body is read. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { authorizeCaller, bindProjectEnvironment, invalidToken, missingToken } from '../access/authorize.ts'
import type { Caller } from '../access/caller.ts'
import type { App } from '../app.ts'
import { findConnectTokenCaller } from '../connect-tokens/find-connect-token-caller.ts'
import { Forbidden } from '../platform/errors.ts'
import { judgeOrigin, normalOrigin, readableBy } from '../access/browser-origin.ts'

/** One space, then a token in the alphabet of RFC 6750 section 2.1. */
const BEARER = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i
const CONNECT_TOKEN = /^ctok_[0-9a-f]{32}$/

export async function admit(app: App, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const policy = request.routeOptions.config.policy
  // Only the not-found handler has no policy; every route has one, or the server did not start.
  if (!policy || policy.callers.includes('public')) return
  const { authorization, origin } = request.headers
  const token = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1]
  if (token === undefined) throw missingToken()
  const isConnectToken = CONNECT_TOKEN.test(token)
  // Readable to the page that asks: otherwise a browser reports a network failure in place of 401 or 503 (contract 5.6). Reveals nothing.
  const letPageRead = () => {
    const asking = isConnectToken && origin !== undefined ? normalOrigin(origin) : undefined
    if (asking !== undefined) reply.headers(readableBy(asking))
  }
  let caller: Caller | undefined
  try {
    caller = isConnectToken
      ? await findConnectTokenCaller(app, token)
      : await app.accessTokens.callerOf(token)
  } catch (error) {
    letPageRead()
    throw error
  }
  if (!caller || (caller.kind === 'connect_token' && caller.isDisclosed && !policy.repeats)) {
    letPageRead()
    throw invalidToken()
  }
  reply.headers(judgeOrigin(caller, origin, app.config.publicUrl))
  authorizeCaller(policy, caller)
  request.caller = caller
  if (policy.tenant === 'none') return
  const { project_id } = request.params as { project_id: string }
  const header = request.headers['x-pd-environment'] as string | undefined
  request.projectEnvironment = await bindProjectEnvironment(caller, project_id, header, (id) =>
    app.projects.find(id),
  )
  if (asksForCredentials(request.query) && caller.kind === 'connect_token') {
    throw new Forbidden('A Connect token never receives credentials; read them from your server', {
      code: 'credentials_not_allowed',
    })
  }
}

/** Decided here, before validation: a browser must get 403 for credentials however the parameter is spelt. */
function asksForCredentials(query: unknown): boolean {
  const value = (query as Record<string, unknown>)['include_credentials']
  return value !== undefined && value !== 'false' && value !== '0'
}
