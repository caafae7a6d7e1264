/** Owns what G3-61 expects of webhooks and events: contract.md rows 40 to 43, and our additions. */
import type { Probe, Target } from './g3-scope-table.ts'

const P = (rest: string) => (target: Target) => `/v1/connect/${target.project}/${rest}`

export const webhookProbes: Probe[] = [
  // There is no webhook, so that nothing depends on the order: what has passed the check of scopes finds nothing.
  { route: 'GET {P}/webhook', scope: 'connect:projects:read', callers: 'server', path: P('webhook') },
  {
    route: 'PUT {P}/webhook',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P('webhook'),
    body: () => ({ url: 'http://no-https.example.com/' }),
    success: 400,
  },
  {
    route: 'DELETE {P}/webhook',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P('webhook'),
    success: 204,
  },
  {
    route: 'POST {P}/webhook/regenerate_signing_key',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P('webhook/regenerate_signing_key'),
    success: 404,
  },
  {
    route: 'POST {P}/webhook/test',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P('webhook/test'),
    success: 404,
  },
  {
    route: 'GET {P}/webhook/deliveries',
    scope: 'connect:projects:read',
    callers: 'server',
    path: P('webhook/deliveries'),
  },
  {
    route: 'POST {P}/webhook/deliveries/{id}/replay',
    scope: 'connect:projects:write',
    callers: 'server',
    path: P('webhook/deliveries/dlv_unknown/replay'),
    success: 404,
  },
  { route: 'GET {P}/events', scope: 'connect:projects:read', callers: 'server', path: P('events') },
  {
    route: 'GET {P}/events/stream',
    scope: 'connect:projects:read',
    callers: 'server',
    path: P('events/stream?last_event_id=evt_unknown'),
    success: 400,
  },
  {
    route: 'GET /v1/connect/events/stream',
    scope: 'connect:projects:read',
    callers: 'server',
    path: () => '/v1/connect/events/stream?last_event_id=evt_unknown',
    success: 400,
  },
]
