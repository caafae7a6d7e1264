/** Owns what G3-61 expects of every route under /v1: written from contract.md section 1 by hand; the server's own table is not read. */

import { webhookProbes } from './g3-webhook-probes.ts'

/** What each request is aimed at: all of it its own, so that a deletion disturbs nobody else's probe. */
export interface Target {
  project: string
  category: string
  user: string
  account: string
  oauthApp: string
  connectToken: string
}

export interface Probe {
  /** As contract.md writes the path; `{P}` is `/v1/connect/{project_id}`. */
  route: string
  /** `any`: any valid token; `none`: not even that. */
  scope: string
  callers: 'both' | 'server'
  path: (target: Target) => string
  body?: (target: Target) => unknown
  /** Aimed at an account, or an OAuth app, that no other probe knows. */
  own?: 'account' | 'oauthApp'
  success?: number
}

const P = (rest: (target: Target) => string) => (target: Target) =>
  `/v1/connect/${target.project}/${rest(target)}`
let clients = 0
/** Another client each time: the same one again would be a repeat. */
export const newOAuthApp = () => ({ app: 'acme', client_id: `id-${(clients += 1)}`, client_secret: 'secret' })

export const table: Probe[] = [
  { route: 'GET /v1/connect/apps', scope: 'any', callers: 'both', path: () => '/v1/connect/apps' },
  { route: 'GET /v1/connect/apps/{id}', scope: 'any', callers: 'both', path: () => '/v1/connect/apps/acme' },
  {
    route: 'GET /v1/connect/app_categories',
    scope: 'any',
    callers: 'both',
    path: () => '/v1/connect/app_categories',
  },
  {
    route: 'GET /v1/connect/app_categories/{id}',
    scope: 'any',
    callers: 'both',
    path: ({ category }) => `/v1/connect/app_categories/${category}`,
  },
  { route: 'GET {P}/projects/info', scope: 'any', callers: 'both', path: P(() => 'projects/info') },
  {
    route: 'POST {P}/tokens',
    scope: 'connect:tokens:create',
    callers: 'server',
    path: P(() => 'tokens'),
    body: ({ user }) => ({ external_user_id: user }),
  },
  {
    route: 'GET /v1/connect/tokens/{id}/validate',
    scope: 'none',
    callers: 'both',
    path: ({ connectToken }) => `/v1/connect/tokens/${connectToken}/validate`,
  },
  { route: 'GET {P}/accounts', scope: 'connect:accounts:read', callers: 'both', path: P(() => 'accounts') },
  {
    route: 'POST {P}/accounts',
    scope: 'connect:accounts:write',
    callers: 'both',
    path: P(() => 'accounts'),
    body: ({ connectToken }) => ({
      app_slug: 'acme_keys',
      cfmap_json: '{"api_key":"acme_demo_key"}',
      connect_token: connectToken,
    }),
  },
  {
    route: 'GET {P}/accounts/{id}',
    own: 'account',
    scope: 'connect:accounts:read',
    callers: 'both',
    path: P(({ account }) => `accounts/${account}`),
  },
  {
    route: 'POST {P}/accounts/{id}/report_unauthorized',
    scope: 'connect:accounts:write',
    callers: 'server',
    path: P(() => 'accounts/apn_0000000000000000/report_unauthorized'),
    body: () => ({}),
    success: 404,
  },
  {
    route: 'DELETE {P}/accounts/{id}',
    own: 'account',
    scope: 'connect:accounts:write',
    callers: 'both',
    path: P(({ account }) => `accounts/${account}`),
    success: 204,
  },
  // With the OAuth app's id, so that only that one's accounts go, which are none.
  {
    route: 'DELETE {P}/apps/{id}/accounts',
    own: 'oauthApp',
    scope: 'connect:accounts:write',
    callers: 'both',
    path: P(({ oauthApp }) => `apps/${oauthApp}/accounts`),
    success: 204,
  },
  {
    route: 'DELETE {P}/accounts/app/{id}',
    own: 'oauthApp',
    scope: 'connect:accounts:write',
    callers: 'both',
    path: P(({ oauthApp }) => `accounts/app/${oauthApp}`),
    success: 204,
  },
  {
    route: 'GET {P}/users/{id}/accounts',
    scope: 'connect:accounts:read',
    callers: 'both',
    path: P(({ user }) => `users/${user}/accounts`),
  },
  { route: 'GET {P}/users', scope: 'connect:users:read', callers: 'server', path: P(() => 'users') },
  {
    route: 'DELETE {P}/users/{id}',
    scope: 'connect:users:write',
    callers: 'both',
    path: P(({ user }) => `users/${user}`),
    success: 204,
  },
  {
    route: 'GET {P}/oauth_apps',
    scope: 'connect:projects:read',
    callers: 'server',
    path: P(() => 'oauth_apps'),
  },
  {
    route: 'POST {P}/oauth_apps',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P(() => 'oauth_apps'),
    body: newOAuthApp,
  },
  {
    route: 'GET {P}/oauth_apps/{id}',
    scope: 'connect:projects:read',
    callers: 'server',
    path: P(({ oauthApp }) => `oauth_apps/${oauthApp}`),
  },
  {
    route: 'PUT {P}/oauth_apps/{id}',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P(({ oauthApp }) => `oauth_apps/${oauthApp}`),
    body: () => ({ name: 'renamed' }),
  },
  {
    route: 'DELETE {P}/oauth_apps/{id}',
    own: 'oauthApp',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P(({ oauthApp }) => `oauth_apps/${oauthApp}`),
    success: 204,
  },
  // Ours, beside the contract: which OAuth app a flow takes when it names none.
  {
    route: 'GET {P}/default_oauth_apps',
    scope: 'connect:projects:read',
    callers: 'server',
    path: P(() => 'default_oauth_apps'),
  },
  {
    route: 'PUT {P}/default_oauth_apps/{id}',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P(() => 'default_oauth_apps/acme'),
    body: () => ({ oauth_app_id: null }),
  },
  {
    route: 'POST {P}/oauth_apps/{id}/check',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P(({ oauthApp }) => `oauth_apps/${oauthApp}/check`),
  },
  {
    route: 'POST {P}/verifications',
    scope: 'connect:accounts:write',
    callers: 'server',
    path: P(() => 'verifications'),
    body: () => ({ verification: 'ver_unknown', external_user_id: 'u1' }),
    success: 404,
  },
  // Overrides and receipts are aimed at ids that nobody has: who may ask is told from who may not all the same.
  {
    route: 'GET {P}/app_overrides',
    scope: 'connect:projects:read',
    callers: 'server',
    path: P(() => 'app_overrides'),
  },
  {
    route: 'POST {P}/app_overrides',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P(() => 'app_overrides'),
    body: () => ({ app: 'acme', name: 'matrix' }),
  },
  {
    route: 'GET {P}/app_overrides/{id}',
    scope: 'connect:projects:read',
    callers: 'server',
    path: P(() => 'app_overrides/ao_0000000000000000'),
    success: 404,
  },
  {
    route: 'PUT {P}/app_overrides/{id}',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P(() => 'app_overrides/ao_0000000000000000'),
    body: () => ({ name: 'renamed' }),
    success: 404,
  },
  {
    route: 'DELETE {P}/app_overrides/{id}',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P(() => 'app_overrides/ao_0000000000000000'),
    success: 404,
  },
  {
    route: 'GET {P}/revocations',
    scope: 'connect:accounts:read',
    callers: 'server',
    path: P(() => 'revocations'),
  },
  {
    route: 'GET {P}/revocations/{id}',
    scope: 'connect:accounts:read',
    callers: 'server',
    path: P(() => 'revocations/rev_0000000000000000'),
    success: 404,
  },
  {
    route: 'POST {P}/revocations',
    scope: 'connect:accounts:write',
    callers: 'server',
    path: P(() => 'revocations'),
    body: () => ({ all: true, dry_run: true }),
  },
  {
    route: 'GET /v1/connect/projects/{id}',
    scope: 'connect:projects:read',
    callers: 'server',
    path: ({ project }) => `/v1/connect/projects/${project}`,
  },
  {
    route: 'PATCH /v1/connect/projects/{id}',
    scope: 'connect:projects:write',
    callers: 'server',
    path: ({ project }) => `/v1/connect/projects/${project}`,
    body: () => ({ app_name: 'renamed' }),
  },
  {
    route: 'POST /v1/connect/projects/{id}/logo',
    scope: 'connect:projects:write',
    callers: 'server',
    path: ({ project }) => `/v1/connect/projects/${project}/logo`,
    body: () => ({ logo: 'data:image/png;base64,iVBORw0KGgo=' }),
  },
  ...webhookProbes,
]

export const SCOPES = [
  '*',
  'connect:*',
  'connect:actions:*',
  'connect:triggers:*',
  'connect:accounts:read',
  'connect:accounts:write',
  'connect:deployed_triggers:read',
  'connect:deployed_triggers:write',
  'connect:usage:read',
  'connect:users:read',
  'connect:users:write',
  'connect:tokens:create',
  'connect:proxy',
  'connect:workflow:invoke',
  'connect:projects:read',
  'connect:projects:write',
]
export const NO_SCOPE = ''
/** What opens a route of the table: nothing needed by one is a group but these two. */
export const opens = (granted: string, needed: string) =>
  needed === 'any' || needed === 'none' || ['*', 'connect:*', needed].includes(granted)
