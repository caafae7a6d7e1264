/** Owns what a schema cannot say about a definition: that its parts agree with each other. */

import type { AppDefinition, OAuth2Definition } from './app-definition.ts'
import type { FoundTemplate } from './definition-templates.ts'
import { templatesOf } from './definition-templates.ts'
import { hostPatterns } from './host-patterns.ts'
import { readsIdToken } from './reads-id-token.ts'
import { hostNames } from './render-url.ts'
import { parseTemplate, templateNames } from './template.ts'

/** @returns one line for each thing wrong, as `$.path: what is wrong` */
export function checkAppDefinition(app: AppDefinition): string[] {
  return [
    ...authProblems(app),
    ...fieldProblems(app),
    ...templateProblems(app),
    ...proxyProblems(app),
    ...domainProblems(app),
  ]
}

function* authProblems(app: AppDefinition): Generator<string> {
  const { auth_type, oauth, custom_fields } = app
  if (auth_type === 'oauth' && !oauth) yield '$.oauth: an app with auth_type oauth needs it'
  if (auth_type !== 'oauth' && oauth) yield `$.oauth: an app with auth_type ${auth_type} has none`
  if (auth_type === 'keys' && !custom_fields.some((field) => field.source === 'user'))
    yield '$.custom_fields: an app with auth_type keys needs a field with source user'
  if (!oauth) return
  if (oauth.scopes.profile_applies_to === 'user_param' && oauth.scopes.user_param === undefined)
    yield '$.oauth.scopes.profile_applies_to: user_param is not set'
  if (oauth.version === 1) return
  if (readsIdToken(app) && oauth.issuer === undefined)
    yield '$.oauth.issuer: identity reads the ID token, so it is needed to check that token'
  for (const name of Object.keys(oauth.callback_allow))
    if (!(name in oauth.callback_params)) yield `$.oauth.callback_allow.${name}: is not in callback_params`
  for (const [i, { name, also }] of oauth.lookups.entries())
    for (const filled of [name, ...Object.keys(also)])
      if (!custom_fields.some((field) => field.name === filled && field.source === 'lookup'))
        yield `$.oauth.lookups[${i}]: fills "${filled}", which is no custom field with source lookup`
  yield* choiceProblems(oauth)
}

/** What a person still has to choose is not known to a later look-up. */
function* choiceProblems({ lookups }: OAuth2Definition): Generator<string> {
  const asked = new Set<string>()
  for (const [i, lookup] of lookups.entries()) {
    const spoken = JSON.stringify([lookup.url, lookup.query, lookup.headers, lookup.body ?? {}])
    for (const name of asked)
      if (spoken.includes(`custom_fields.${name}`))
        yield `$.oauth.lookups[${i}]: needs "${name}", which an earlier look-up may leave to the person`
    if (lookup.choose !== 'first')
      for (const name of [lookup.name, ...Object.keys(lookup.also)]) asked.add(name)
  }
}

function* fieldProblems(app: AppDefinition): Generator<string> {
  const seen = new Set<string>()
  for (const [i, field] of app.custom_fields.entries()) {
    const at = `$.custom_fields[${i}]`
    if (seen.has(field.name)) yield `${at}.name: "${field.name}" is there twice`
    seen.add(field.name)
    if (!isFilled(app, field))
      yield `${at}.source: nothing in oauth fills "${field.name}" from ${field.source}`
    if (field.type === 'select' && !field.options) yield `${at}.options: a select needs them`
    if (field.default !== undefined && field.options && !field.options.includes(field.default))
      yield `${at}.default: is not one of the options`
    if (field.default !== undefined && !matches(field.pattern, field.default))
      yield `${at}.default: does not match the pattern`
    for (const [name, texts] of Object.entries(field.maps_to))
      for (const option of field.options ?? [])
        if (!(option in texts)) yield `${at}.maps_to.${name}: says nothing for the option "${option}"`
  }
}

const matches = (pattern: string | undefined, value: string) =>
  pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(value)

function isFilled(
  { oauth }: AppDefinition,
  { name, source }: AppDefinition['custom_fields'][number],
): boolean {
  if (source === 'user') return true
  if (oauth?.version !== 2) return false
  switch (source) {
    case 'callback':
      return name in oauth.callback_params
    case 'token_response':
      return tokenAnswersOf(oauth).some(({ store }) => name in store)
    case 'lookup':
      return oauth.lookups.some((lookup) => lookup.name === name || name in lookup.also)
  }
}

function* templateProblems(app: AppDefinition): Generator<string> {
  const known = knownNames(app)
  const patterns = hostPatterns(app)
  for (const template of templatesOf(app)) {
    const inIdentity = template.path.startsWith('$.identity.')
    const inIssuer = template.path === '$.oauth.issuer'
    const inNotice = template.path.startsWith('$.oauth.uninstall_notice.')
    for (const name of templateNames(template.text))
      if (
        !known.has(name) &&
        !OPEN.test(name) &&
        !(inIdentity && IN_IDENTITY.test(name)) &&
        !(inIssuer && name.startsWith('id_token.')) &&
        !(inNotice && name.startsWith('notice.'))
      )
        yield `${template.path}: unknown name "${name}"`
    if (!inIdentity && template.text.includes('sha256('))
      yield `${template.path}: sha256() is for identity only`
    if (template.isUrl) yield* urlProblems(template, patterns, app.sandbox)
  }
}

/** What the operator stores beside an OAuth client is his to name. */
const OPEN = /^oauth_app\.\w+$/
const IN_IDENTITY = /^(?:answer|token|id_token)\.[\w.]+$/

const tokenAnswersOf = ({ token_response, exchange }: OAuth2Definition) => [
  token_response,
  ...exchange.map((step) => step.token_response),
]

function knownNames({ custom_fields, settings, oauth }: AppDefinition): Set<string> {
  const callback = oauth?.version === 2 ? Object.keys(oauth.callback_params) : []
  const stored =
    oauth?.version === 2
      ? [...tokenAnswersOf(oauth), ...(oauth.refresh_response ? [oauth.refresh_response] : [])].flatMap(
          ({ store }) => Object.keys(store),
        )
      : []
  return new Set([
    'server.user_agent',
    'derived.access_token',
    'derived.public_key_fingerprint',
    ...(oauth
      ? ['client_id', 'client_secret', 'access_token', 'refresh_token', 'scopes', 'redirect_uri']
      : []),
    ...custom_fields.map((field) => `custom_fields.${field.name}`),
    ...custom_fields.flatMap((field) => Object.keys(field.maps_to)).map((name) => `mapped.${name}`),
    ...Object.keys(settings).map((name) => `settings.${name}`),
    ...callback.map((name) => `callback.${name}`),
    ...[...callback, ...stored].map((name) => `stored.${name}`),
  ])
}

function* urlProblems(
  { path, text }: FoundTemplate,
  patterns: ReadonlyMap<string, RegExp>,
  sandbox: boolean,
): Generator<string> {
  const scheme = /^([a-z]+):\/\//i.exec(text)?.[1]?.toLowerCase()
  const relative = text.startsWith('/') && !text.startsWith('//')
  const needsWhole = path.endsWith('_url')
  if (relative && needsWhole) yield `${path}: must be a whole URL`
  if (!relative && !text.startsWith('{{') && scheme !== 'https' && !(sandbox && scheme === 'http'))
    yield `${path}: must start with https://`
  for (const name of hostNames(text))
    if (!patterns.has(name))
      yield `${path}: ${name} takes part in the host name and has no pattern, options or allow-list`
  if (parseTemplate(text).some((part) => part.kind === 'value' && part.optional))
    yield `${path}: a URL cannot drop a part; give {{…?}} a fallback with ??`
}

function* proxyProblems({ auth_type, proxy }: AppDefinition): Generator<string> {
  if (!proxy.enabled) return
  if (proxy.base_url === undefined) yield '$.proxy.base_url: an app with a proxy needs it'
  if (proxy.auth === undefined && auth_type !== 'none')
    yield '$.proxy.auth: says nothing of where the credentials go'
  if (proxy.allowed_domains.length === 0) yield '$.proxy.allowed_domains: is empty'
  const host = /^https?:\/\/([^/]+)/i.exec(proxy.base_url ?? '')?.[1]?.toLowerCase()
  // With a template in the host only the values can tell; the proxy checks every request again.
  if (
    host !== undefined &&
    !host.includes('{{') &&
    !proxy.allowed_domains.some((domain) => covers(domain, host))
  )
    yield `$.proxy.base_url: ${host} is not among the allowed_domains`
}

function* domainProblems(app: AppDefinition): Generator<string> {
  const patterns = hostPatterns(app)
  for (const [i, domain] of app.proxy.allowed_domains.entries()) {
    const at = `$.proxy.allowed_domains[${i}]`
    if (!/^(?:\*\.)?(?:[a-z0-9.-]|\{\{[^{}]+\}\})+(?::\d+)?$/.test(domain))
      yield `${at}: must be a host name in small letters, without scheme or path`
    for (const name of hostNames(`https://${domain}`))
      if (!patterns.has(name))
        yield `${at}: ${name} takes part in the host name and has no pattern, options or allow-list`
  }
}

const covers = (domain: string, host: string) =>
  domain.startsWith('*.') ? host.endsWith(domain.slice(1)) : domain === host
