/** Owns trying out an OAuth app's client id and secret: a token request with a code that nobody issued, and what the provider says to it. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { CatalogApp } from '../apps/catalog.ts'
import { mintSecret } from '../platform/crypto/secrets.ts'
import { NotFound } from '../platform/errors.ts'
import { templatesOf } from '../upstream/definition-templates.ts'
import { exchangeCode } from '../upstream/exchange-code.ts'
import { templateNames } from '../upstream/template.ts'
import { TokenRequestFailed } from '../upstream/token-request-failed.ts'
import type { OAuthAppCheck } from './contract.ts'
import { findOAuthApp, type OAuthApp } from './find-oauth-app.ts'
import { redirectUriOf } from './render-oauth-app.ts'

type Capabilities = Pick<App, 'db' | 'vault' | 'clock' | 'egress' | 'catalog' | 'config'>

const TIMEOUT_MS = 10_000

/** What providers say of a client they do not know, or whose secret is wrong: RFC 6749 section 5.2, GitHub, Slack, Atlassian and their like. */
const CLIENT_REFUSED = new Set([
  'invalid_client',
  'unauthorized_client',
  'access_denied',
  'incorrect_client_credentials',
  'invalid_client_id',
  'bad_client_id',
  'bad_client_secret',
  'invalid_client_secret',
])

/**
 * A refusal of the code alone means that the client was good: RFC 6749 has the client checked first. Whatever else comes is no verdict.
 * @throws NotFound when the project has none of that id
 */
export async function checkOAuthApp(
  app: Capabilities,
  env: ProjectEnvironment,
  id: string,
): Promise<OAuthAppCheck> {
  const oauthApp = await findOAuthApp(app, env, id)
  if (!oauthApp) throw new NotFound()
  const redirectUri = redirectUriOf(app, oauthApp.id)
  const found = app.catalog.current.find(oauthApp.appSlug)
  return {
    ...(await verdict(app, found, oauthApp, redirectUri)),
    redirect_uri: redirectUri,
    warnings: [...addressWarnings(found, redirectUri), ...settingWarnings(found, oauthApp)],
  }
}

async function verdict(
  app: Capabilities,
  found: CatalogApp | undefined,
  oauthApp: OAuthApp,
  redirectUri: string,
): Promise<Pick<OAuthAppCheck, 'status' | 'detail'>> {
  if (found?.oauth?.version !== 2) return unknown('This app cannot be asked')
  const client = { id: oauthApp.clientId, secret: oauthApp.clientSecret.reveal() }
  try {
    await exchangeCode(app, found, {
      customFields: {},
      client,
      code: mintSecret('made-up-'),
      redirectUri,
      codeVerifier: mintSecret(''),
      scopes: [],
      timeoutMs: TIMEOUT_MS,
    })
  } catch (error) {
    if (!(error instanceof TokenRequestFailed)) throw error
    const { upstreamError, kind, message } = error
    if (kind === 'permanent' && upstreamError !== undefined)
      return { status: 'accepted', detail: `${message}: only the made-up code was refused` }
    if (upstreamError !== undefined && CLIENT_REFUSED.has(upstreamError))
      return { status: 'refused', detail: `${message}: client id or client secret are wrong` }
    return unknown(message)
  }
  return unknown(`${found.name} took a made-up code, so its answer says nothing`)
}

const unknown = (detail: string) => ({ status: 'unknown' as const, detail })

function addressWarnings(found: CatalogApp | undefined, redirectUri: string): string[] {
  const { protocol, hostname } = new URL(redirectUri)
  if (protocol === 'https:') return []
  if (found?.quirks.some((quirk) => quirk.startsWith('A13-')))
    return [
      `${found.name} accepts only redirect addresses with https: set HEADGATE_PUBLIC_URL, or HEADGATE_TLS=local`,
    ]
  if (['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return []
  return ['The redirect address is not https; most providers accept that for localhost only']
}

/** Names that no template has to speak of: the consent screen's, and the key's of a client that proves itself with one. */
const ALWAYS_KNOWN = ['name', 'key_id']

/** A name misspelt is otherwise noticed when an account's first request is refused. */
function settingWarnings(found: CatalogApp | undefined, { settings }: OAuthApp): string[] {
  if (!found) return []
  const names = templatesOf(found).flatMap(({ text }) => templateNames(text))
  const used = new Set(names.flatMap((name) => /^oauth_app\.(\w+)$/.exec(name)?.[1] ?? []))
  const missing = [...used].filter((name) => !(name in settings))
  const idle = Object.keys(settings).filter((name) => !used.has(name) && !ALWAYS_KNOWN.includes(name))
  return [
    ...missing.map((name) => `${found.name} uses settings.${name}, which this OAuth app does not have`),
    ...idle.map((name) => `${found.name} has no use for settings.${name}`),
  ]
}
