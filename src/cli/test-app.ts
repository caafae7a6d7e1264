/** Owns `headgate apps test`: as much of an app as can be tried without its provider, and its test request where the keys are given. */
import type { CatalogApp } from '../apps/catalog.ts'
import { lookIntoCatalog, oauthAppsOf } from '../apps/look-into-catalog.ts'
import { catalogSources } from '../bootstrap/catalog-sources.ts'
import { type Config, loadConfig } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { codeChallengeOf } from '../platform/crypto/secrets.ts'
import { AppError } from '../platform/errors.ts'
import { parseAllowList } from '../upstream/allow-list.ts'
import { buildAuthorizeUrl } from '../upstream/authorize-url.ts'
import { templatesOf } from '../upstream/definition-templates.ts'
import { admitUrl } from '../upstream/egress-rules.ts'
import { createEgress } from '../upstream/egress.ts'
import { fieldValues } from '../upstream/field-values.ts'
import { MintedTokens } from '../upstream/minted-tokens.ts'
import { requestedScopes } from '../upstream/requested-scopes.ts'
import { runTestRequest } from '../upstream/test-request.ts'
import { upstreamContext, upstreamUrl } from '../upstream/upstream-context.ts'
import { type FieldOptions, readFieldValues } from './field-values.ts'
import { printable } from './printable.ts'
import { findApp } from './show-app.ts'

interface TestOptions extends FieldOptions {
  'client-id'?: string | undefined
  json: boolean
}

interface TestReport {
  slug: string
  /** What to register with the provider, one per client. */
  callbacks: { oauth_app: string; client_id: string; address: string }[]
  authorize: { profile: string; url?: string; problem?: string }[]
  hosts: { path: string; target: string; admitted: boolean; reason?: string }[]
  test_request: { outcome: 'passed' | 'refused' | 'failed' | 'not tried'; reason?: string }
  not_tested: string[]
}

/** Prints; sets the exit code to 1 when a part that was tried did not hold. Prints no value of a secret field. */
export async function testApp(slug: string, options: TestOptions): Promise<void> {
  const { config } = loadConfig()
  const { catalog } = await lookIntoCatalog(config.databaseUrl, catalogSources(config))
  const app = findApp(catalog, slug)
  const fields = await readFieldValues(app, options)
  const callbacks = await callbacksOf(config, app, options['client-id'])
  const report: TestReport = {
    slug: app.name_slug,
    callbacks,
    authorize: authorizeAddresses(app, fields, callbacks[0]),
    hosts: hostsOf(config, app, fields, callbacks[0]?.client_id),
    test_request: await tryKeys(config, app, fields),
    not_tested: notTested(app),
  }
  if (options.json) console.log(JSON.stringify(report, null, 2))
  else for (const line of linesOf(report)) console.log(printable(line))
  const failed =
    report.hosts.some(({ admitted, reason }) => !admitted && reason !== MISSING) ||
    ['refused', 'failed'].includes(report.test_request.outcome)
  if (failed) process.exitCode = 1
}

const MISSING = 'needs the value of a field'

/** Each OAuth app has an address of its own; where the person brings the client, it is the app's. */
async function callbacksOf(config: Config, app: CatalogApp, clientId = 'CLIENT_ID') {
  if (!app.oauth) return []
  const address = (id: string) => `${config.publicUrl}/connect/oauth/${id}/callback`
  if (app.oauth.version === 2 && app.oauth.client_credentials_source === 'custom_fields')
    return [{ oauth_app: app.id, client_id: 'the person’s own', address: address(app.id) }]
  const known = config.ephemeral ? [] : await oauthAppsOf(config.databaseUrl, app.name_slug)
  if (known.length === 0)
    return [{ oauth_app: 'none yet', client_id: clientId, address: address('ID-OF-THE-OAUTH-APP') }]
  return known.map(({ id, client_id }) => ({ oauth_app: id, client_id, address: address(id) }))
}

function authorizeAddresses(
  app: CatalogApp,
  customFields: Record<string, string>,
  callback: TestReport['callbacks'][number] | undefined,
): TestReport['authorize'] {
  const { oauth } = app
  if (oauth?.version !== 2 || !callback) return []
  return [undefined, ...Object.keys(oauth.scope_profiles)].map((profile) => {
    try {
      const url = buildAuthorizeUrl(app, {
        customFields,
        client: { id: callback.client_id },
        redirectUri: callback.address,
        state: 'STATE',
        nonce: 'NONCE',
        codeChallenge: codeChallengeOf('VERIFIER'),
        ...requestedScopes(oauth, profile),
      })
      return { profile: profile ?? 'default', url }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { profile: profile ?? 'default', problem: error.message }
    }
  })
}

/** Every address the server itself would call, as far as the fields given complete it. */
function hostsOf(
  config: Config,
  app: CatalogApp,
  customFields: Record<string, string>,
  clientId: string | undefined,
): TestReport['hosts'] {
  const own = config.sandbox ? [new URL(config.publicUrl).host] : []
  const allow = parseAllowList([...config.egressAllow, ...own])
  const context = upstreamContext(app, {
    customFields,
    ...(clientId === undefined ? {} : { client: { id: clientId } }),
  })
  return templatesOf(app)
    .filter(({ path, text, isUrl }) => isUrl && !text.startsWith('/') && !path.endsWith('authorization_url'))
    .map(({ path, text }) => {
      try {
        const url = new URL(upstreamUrl(app, text, context))
        const admission = admitUrl(url, allow)
        const target = url.origin
        return admission.ok
          ? { path, target, admitted: true }
          : { path, target, admitted: false, reason: admission.reason }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        return { path, target: text, admitted: false, reason: MISSING }
      }
    })
}

async function tryKeys(
  config: Config,
  app: CatalogApp,
  customFields: Record<string, string>,
): Promise<TestReport['test_request']> {
  const notTried = (reason: string) => ({ outcome: 'not tried' as const, reason })
  if (app.auth_type !== 'keys') return notTried('it needs a connected account')
  if (app.test_request === undefined) return notTried('the app names none')
  const { custom_fields: known } = fieldValues(app, customFields)
  const missing = app.custom_fields
    .filter(({ name, source, required }) => source === 'user' && required && known[name] === undefined)
    .map(({ name }) => name)
  if (missing.length > 0) return notTried(`give ${missing.join(', ')}`)
  const own = config.sandbox ? [new URL(config.publicUrl).host] : []
  const egress = createEgress({ allow: [...config.egressAllow, ...own] })
  try {
    const requester = { egress, clock: systemClock, mintedTokens: new MintedTokens() }
    const result = await runTestRequest(requester, app, { customFields: known })
    if (result.ok) return { outcome: 'passed' }
    const status = result.status === null ? '' : ` (status ${result.status})`
    return result.reason === 'refused'
      ? { outcome: 'refused', reason: `the provider does not take these values${status}` }
      : { outcome: 'failed', reason: `${result.reason}${status}` }
  } finally {
    await egress.close()
  }
}

const notTested = ({ oauth, identity }: CatalogApp): string[] => [
  ...(oauth ? ['consent, the exchange of a code and refreshing: they need the provider and a client'] : []),
  ...(oauth?.version === 1 ? ['the authorize address: the provider has to issue a request token first'] : []),
  ...(oauth?.revocation ? ['revocation: it needs an account to end'] : []),
  ...(identity?.request ? ['who is connected: it needs an account'] : []),
]

function* linesOf({ callbacks, authorize, hosts, test_request, not_tested }: TestReport): Generator<string> {
  if (callbacks.length > 0) yield 'Callback address to register with the provider'
  for (const { oauth_app, client_id, address } of callbacks)
    yield `  ${address}   (OAuth app ${oauth_app}, client ${client_id})`
  if (authorize.length > 0) yield 'Authorize address'
  for (const { profile, url, problem } of authorize) yield `  ${profile}: ${url ?? problem}`
  yield 'Hosts this server would call'
  for (const { path, target, admitted, reason } of hosts)
    yield `  ${admitted ? 'ok     ' : reason === MISSING ? 'unknown' : 'REFUSED'} ${target}  ${path}${reason === undefined ? '' : `: ${reason}`}`
  yield `Test request: ${test_request.outcome}${test_request.reason === undefined ? '' : `: ${test_request.reason}`}`
  for (const part of not_tested) yield `Not tested: ${part}`
}
