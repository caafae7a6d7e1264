/** Owns what a start prints: addresses always, and the first time everything that is needed for a first connected account. */
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { createConnectToken } from '../connect-tokens/create-connect-token.ts'
import type { FirstStart } from './first-start.ts'
import { localCertificatePath } from './local-tls.ts'

const DEMO_USER = 'demo-user'

export function addresses(app: Pick<App, 'config'>): string {
  const { publicUrl, host, tlsCert, trustedProxies, production, sandbox } = app.config
  const lines = [
    '',
    `  Headgate listens at ${publicUrl}`,
    `  API      ${publicUrl}/v1`,
    `  OpenAPI  ${publicUrl}/openapi.json`,
  ]
  if (
    !['127.0.0.1', '::1', 'localhost'].includes(host) &&
    tlsCert === undefined &&
    trustedProxies.length === 0
  ) {
    lines.push(
      '',
      `  WARNING: listening on ${host} without TLS and without a trusted proxy: tokens cross the network in clear.`,
    )
  }
  if (app.config.tlsLocal && !app.config.ephemeral) {
    lines.push(
      '',
      `  TLS with a certificate of this machine's own: open ${publicUrl}/healthz in your browser once and accept it, and start`,
      `  Node programs with NODE_EXTRA_CA_CERTS=${localCertificatePath(app.config)}`,
    )
  }
  if (sandbox && production)
    lines.push(
      '',
      '  WARNING: the sandbox provider is on in production; anyone can connect an account at it.',
    )
  return lines.join('\n')
}

/** Secrets are printed here once, to the person who starts the server, and never logged. */
export async function welcome(app: App, made: FirstStart, workspaceId: string): Promise<string> {
  const { publicUrl, tlsLocal, ephemeral } = app.config
  const certificate = tlsLocal && !ephemeral ? localCertificatePath(app.config) : undefined
  const { projectId, clientId } = made
  const secret = made.clientSecret.reveal()
  const lines = [
    '',
    '  Made for you just now. The two secrets are shown only this once:',
    '',
    `    Administrator  ${made.adminEmail}   one-time password: ${made.adminPassword.reveal()}`,
    '',
    '  For the SDK (copy into your shell or .env):',
    '',
    `    export PIPEDREAM_BASE_URL=${publicUrl}`,
    `    export PIPEDREAM_CLIENT_ID=${clientId}`,
    `    export PIPEDREAM_CLIENT_SECRET=${secret}`,
    `    export PIPEDREAM_PROJECT_ID=${projectId}`,
    '    export PIPEDREAM_PROJECT_ENVIRONMENT=development',
    ...(certificate === undefined ? [] : [`    export NODE_EXTRA_CA_CERTS=${certificate}`]),
  ]
  // Nobody but us has vouched for a certificate of our own; one that is kept nowhere cannot be named.
  const curl =
    certificate !== undefined ? `curl -s --cacert ${certificate}` : tlsLocal ? 'curl -sk' : 'curl -s'
  if (!app.config.sandbox) return lines.join('\n')
  const env = projectEnvironmentOfRow(workspaceId, { project_id: projectId, environment: 'development' })
  const { connect_link_url: link } = await createConnectToken(app, env, { external_user_id: DEMO_USER })
  const request = JSON.stringify({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
  })
  return [
    ...lines,
    '',
    '  1. Connect an account at the built-in sandbox provider (the link works once, for 4 hours):',
    '',
    `    ${link}&app=acme`,
    '',
    '  2. Read its fresh credentials:',
    '',
    `    TOKEN=$(${curl} ${publicUrl}/v1/oauth/token -H 'content-type: application/json' -d '${request}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `    ${curl} "${publicUrl}/v1/connect/${projectId}/users/${DEMO_USER}/accounts?include_credentials=true" -H "authorization: Bearer $TOKEN" -H 'x-pd-environment: development'`,
  ].join('\n')
}
