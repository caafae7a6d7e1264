/** Owns the one table of who may call what: route -> callers, scope, tenant. What is not in it does not start (default deny). */
import type { ApiScope } from './scopes.ts'

type CallerKind = 'public' | 'api_client' | 'connect_token'

export interface RoutePolicy {
  /** `public` needs no bearer; the route says itself what it checks. */
  callers: readonly CallerKind[]
  /** Any one of these suffices; none means any valid token. */
  scopes?: readonly ApiScope[]
  /** Also for a Connect token that has left in a webhook: the route itself sees to it that only the repeat of a request is answered. */
  repeats?: true
  /** What it changes is shared by both environments: a client that is limited to one may not. */
  changesBoth?: true
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

const changesBoth: RoutePolicy = { ...inProject(server, 'connect:projects:write'), changesBoth: true }

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
  'GET /v1/connect/projects/:project_id': inProject(server, 'connect:projects:read'),
  'PATCH /v1/connect/projects/:project_id': changesBoth,
  'POST /v1/connect/projects/:project_id/logo': changesBoth,
  [`GET ${P}/projects/info`]: { callers: both, tenant: 'project_environment' },

  [`POST ${P}/tokens`]: inProject(server, 'connect:tokens:create'),
  'GET /v1/connect/tokens/:ctok/validate': open,

  'POST /v1/connect/oauth1/:account_id/sign': open,
  [`GET ${P}/accounts`]: inProject(both, 'connect:accounts:read'),
  [`POST ${P}/accounts`]: { ...inProject(both, 'connect:accounts:write'), repeats: true },
  [`GET ${P}/accounts/:account_id`]: inProject(both, 'connect:accounts:read'),
  [`POST ${P}/accounts/:account_id/report_unauthorized`]: inProject(server, 'connect:accounts:write'),
  [`DELETE ${P}/accounts/:account_id`]: inProject(both, 'connect:accounts:write'),
  [`DELETE ${P}/apps/:app_id/accounts`]: inProject(both, 'connect:accounts:write'),
  [`DELETE ${P}/accounts/app/:app_id`]: inProject(both, 'connect:accounts:write'),
  [`GET ${P}/users/:external_user_id/accounts`]: inProject(both, 'connect:accounts:read'),

  [`GET ${P}/revocations`]: inProject(server, 'connect:accounts:read'),
  [`GET ${P}/revocations/:id`]: inProject(server, 'connect:accounts:read'),
  [`POST ${P}/revocations`]: inProject(server, 'connect:accounts:write'),

  [`POST ${P}/verifications`]: inProject(server, 'connect:accounts:write'),

  [`GET ${P}/users`]: inProject(server, 'connect:users:read'),
  [`DELETE ${P}/users/:external_user_id`]: inProject(both, 'connect:users:write'),

  [`GET ${P}/app_overrides`]: inProject(server, 'connect:projects:read'),
  [`POST ${P}/app_overrides`]: changesBoth,
  [`GET ${P}/app_overrides/:id`]: inProject(server, 'connect:projects:read'),
  [`PUT ${P}/app_overrides/:id`]: changesBoth,
  [`DELETE ${P}/app_overrides/:id`]: changesBoth,

  [`GET ${P}/oauth_apps`]: inProject(server, 'connect:projects:read'),
  [`POST ${P}/oauth_apps`]: changesBoth,
  [`GET ${P}/oauth_apps/:id`]: inProject(server, 'connect:projects:read'),
  [`PUT ${P}/oauth_apps/:id`]: changesBoth,
  [`DELETE ${P}/oauth_apps/:id`]: changesBoth,
  [`POST ${P}/oauth_apps/:id/check`]: inProject(server, 'connect:projects:write'),
  [`GET ${P}/default_oauth_apps`]: inProject(server, 'connect:projects:read'),
  [`PUT ${P}/default_oauth_apps/:app_id`]: inProject(server, 'connect:projects:write'),

  [`GET ${P}/webhook`]: inProject(server, 'connect:projects:read'),
  [`PUT ${P}/webhook`]: inProject(server, 'connect:projects:write'),
  [`DELETE ${P}/webhook`]: inProject(server, 'connect:projects:write'),
  [`POST ${P}/webhook/regenerate_signing_key`]: inProject(server, 'connect:projects:write'),
  [`POST ${P}/webhook/test`]: inProject(server, 'connect:projects:write'),
  [`GET ${P}/webhook/deliveries`]: inProject(server, 'connect:projects:read'),
  [`POST ${P}/webhook/deliveries/:id/replay`]: inProject(server, 'connect:projects:write'),
  [`GET ${P}/events`]: inProject(server, 'connect:projects:read'),
  [`GET ${P}/events/stream`]: inProject(server, 'connect:projects:read'),
  // All projects and environments that the client may act in.
  'GET /v1/connect/events/stream': { callers: server, scopes: ['connect:projects:read'], tenant: 'none' },

  'GET /_static/connect.html': open,
  'HEAD /_static/connect.html': open,
  'GET /_static/assets/:file': open,
  'GET /_static/apps/:file': open,
  'GET /_static/logos/:digest': open,
  'POST /connect/keys': open,
  'POST /connect/attempts': open,
  'GET /connect/attempts/:handle': open,
  'GET /connect/attempts/:handle/start': open,
  'POST /connect/attempts/:handle/start': open,
  'GET /connect/results/:attempt_id': open,
  'POST /connect/handovers': open,
  'GET /connect/waiting/:handle': open,
  'GET /connect/handovers/:secret': open,
  'POST /connect/handovers/:secret': open,
  'GET /connect/choices/:attempt_id': open,
  'POST /connect/choices/:attempt_id': open,
  'GET /connect/oauth/:oauth_app_id/callback': open,
  // A provider's own call, which proves itself with id and secret of the OAuth app.
  'DELETE /connect/oauth/:oauth_app_id/callback': open,
  // Only to answer 405 with `Allow: GET`.
  'HEAD /connect/oauth/:oauth_app_id/callback': open,
  'POST /connect/oauth/:oauth_app_id/callback': open,
  'PUT /connect/oauth/:oauth_app_id/callback': open,
  'PATCH /connect/oauth/:oauth_app_id/callback': open,

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
