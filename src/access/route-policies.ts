/** Owns the one table of who may call what: route -> callers, scope, tenant. What is not in it does not start (default deny). */
import type { ApiScope } from './scopes.ts'

type CallerKind = 'public' | 'api_client' | 'connect_token'

export interface RoutePolicy {
  /** `public` needs no bearer; the route says itself what it checks. */
  callers: readonly CallerKind[]
  /** Any one of these suffices; none means any valid token. */
  scopes?: readonly ApiScope[]
  /** What the path's project is bound to before the handler runs. */
  tenant: 'none' | 'project_environment'
}

const server = ['api_client'] as const
const both = ['api_client', 'connect_token'] as const

const open: RoutePolicy = { callers: ['public'], tenant: 'none' }
const anyToken: RoutePolicy = { callers: both, tenant: 'none' }
const inProject = (callers: readonly CallerKind[], ...scopes: ApiScope[]): RoutePolicy => ({
  callers,
  scopes,
  tenant: 'project_environment',
})

const P = '/v1/connect/:project_id'

/** Scopes as contract.md section 1 lists them; callers as its section 1.4. */
export const routePolicies: Readonly<Record<string, RoutePolicy>> = {
  'POST /v1/oauth/token': open,
  'POST /v1/oauth/introspect': open,
  'POST /v1/oauth/revoke': open,
  // Only to answer 405 with `Allow: POST`.
  'GET /v1/oauth/:endpoint': open,
  'PUT /v1/oauth/:endpoint': open,
  'PATCH /v1/oauth/:endpoint': open,
  'DELETE /v1/oauth/:endpoint': open,
  'GET /.well-known/oauth-authorization-server': open,
  'GET /.well-known/jwks.json': open,

  'GET /v1/connect/apps': anyToken,
  'GET /v1/connect/apps/:app_id': anyToken,
  'GET /v1/connect/app_categories': anyToken,
  'GET /v1/connect/app_categories/:id': anyToken,
  [`GET ${P}/projects/info`]: { callers: both, tenant: 'project_environment' },

  [`POST ${P}/tokens`]: inProject(server, 'connect:tokens:create'),
  'GET /v1/connect/tokens/:ctok/validate': open,

  [`GET ${P}/accounts`]: inProject(both, 'connect:accounts:read'),
  [`POST ${P}/accounts`]: inProject(both, 'connect:accounts:write'),
  [`GET ${P}/accounts/:account_id`]: inProject(both, 'connect:accounts:read'),
  [`DELETE ${P}/accounts/:account_id`]: inProject(both, 'connect:accounts:write'),
  [`DELETE ${P}/apps/:app_id/accounts`]: inProject(both, 'connect:accounts:write'),
  [`DELETE ${P}/accounts/app/:app_id`]: inProject(both, 'connect:accounts:write'),
  [`GET ${P}/users/:external_user_id/accounts`]: inProject(both, 'connect:accounts:read'),

  [`GET ${P}/users`]: inProject(server, 'connect:users:read'),
  [`DELETE ${P}/users/:external_user_id`]: inProject(both, 'connect:users:write'),

  [`GET ${P}/oauth_apps`]: inProject(server, 'connect:projects:read'),
  [`POST ${P}/oauth_apps`]: inProject(server, 'connect:projects:write'),
  [`GET ${P}/oauth_apps/:id`]: inProject(server, 'connect:projects:read'),
  [`PUT ${P}/oauth_apps/:id`]: inProject(server, 'connect:projects:write'),
  [`DELETE ${P}/oauth_apps/:id`]: inProject(server, 'connect:projects:write'),
  [`GET ${P}/default_oauth_apps`]: inProject(server, 'connect:projects:read'),
  [`PUT ${P}/default_oauth_apps/:app_id`]: inProject(server, 'connect:projects:write'),

  'GET /_static/connect.html': open,
  'GET /_static/assets/:file': open,
  'GET /_static/apps/:file': open,
  'POST /connect/keys': open,
  'POST /connect/attempts': open,
  'GET /connect/attempts/:handle': open,
  'GET /connect/attempts/:handle/start': open,
  'POST /connect/attempts/:handle/start': open,
  'GET /connect/results/:attempt_id': open,
  'GET /connect/oauth/:oauth_app_id/callback': open,

  'GET /sandbox/oauth/authorize': open,
  'POST /sandbox/oauth/authorize': open,
  'POST /sandbox/oauth/token': open,
  'POST /sandbox/oauth/revoke': open,
  'GET /sandbox/api/me': open,
  'GET /sandbox/api/echo': open,
  'POST /sandbox/api/echo': open,
  'GET /sandbox/stats': open,
  'PUT /sandbox/settings': open,

  'GET /healthz': open,
  'GET /readyz': open,
  'GET /metrics': open,
  'GET /openapi.json': open,
}
