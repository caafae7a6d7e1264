/** Owns putting an account's credentials on a request: the one place that knows where each app wants them. */

import { BadRequest, UpstreamFailed } from '../platform/errors.ts'
import type { AppDefinition, Injection } from './app-definition.ts'
import { basicAuthorization } from './basic-authorization.ts'
import { renderEntries, renderTemplate, type TemplateContext } from './template.ts'
import { upstreamUrl } from './upstream-context.ts'
import { withQuery } from './with-query.ts'

/** A request without its body. Header names are in lower case. */
export interface InjectableRequest {
  url: URL
  headers: Readonly<Record<string, string>>
}

export interface InjectedRequest {
  url: URL
  headers: Record<string, string>
  /** For the few apps that want credentials as members of the body; empty for all others. */
  bodyParams: Record<string, string>
}

/**
 * Lays the credentials over what the caller sent (they win), then adds the app's default headers where the caller
 * sent none. Changes nothing it is given.
 * @param choice name of one of `proxy.alternate_auth`
 * @throws BadRequest if a value is missing or would break a header, or the choice is unknown; never with the value
 * @throws UpstreamFailed `injection_unsupported` for injections that sign the whole request
 */
export function injectCredentials(
  app: AppDefinition,
  request: InjectableRequest,
  context: TemplateContext,
  choice?: string,
): InjectedRequest {
  const { auth, alternate_auth } = app.proxy
  const alternate =
    choice !== undefined && Object.hasOwn(alternate_auth, choice) ? alternate_auth[choice] : undefined
  const injection = choice === undefined ? auth : alternate
  if (choice !== undefined && injection === undefined)
    throw new BadRequest(`${app.name_slug} has no credentials by that name`, {
      code: 'unknown_alternate_auth',
    })
  const plain = { url: request.url, headers: { ...request.headers }, bodyParams: {} }
  const injected = injection === undefined ? plain : inject(app, injection, plain, context)
  const defaults = headersOf(renderEntries(app.proxy.default_headers, context))
  return { ...injected, headers: { ...defaults, ...injected.headers } }
}

function inject(
  app: AppDefinition,
  injection: Injection,
  request: InjectedRequest,
  context: TemplateContext,
): InjectedRequest {
  const withHeaders = (headers: Record<string, string>) => ({
    ...request,
    headers: { ...request.headers, ...headersOf(headers) },
  })
  switch (injection.type) {
    case 'header':
      return withHeaders({ [injection.name]: rendered(injection.value, context) })
    case 'headers':
      return withHeaders(renderEntries(injection.headers, context))
    case 'basic': {
      const authorization = basicAuthorization(
        rendered(injection.username, context),
        rendered(injection.password, context),
      )
      return withHeaders({ authorization })
    }
    case 'query':
      return { ...request, url: withQuery(request.url, renderEntries(injection.params, context)) }
    case 'path_prefix':
      // Through the URL grammar, so that a value cannot leave its path segment.
      return { ...request, url: withPathPrefix(request.url, upstreamUrl(app, injection.value, context)) }
    case 'body':
      return { ...request, bodyParams: renderEntries(injection.params, context) }
    // Minted beforehand and handed in as derived.access_token.
    case 'jwt_assertion':
    case 'client_credentials':
      return inject(app, injection.send, request, context)
    case 'oauth1':
    case 'aws_sigv4':
    case 'jwt_bearer':
      throw new UpstreamFailed(`${app.name_slug} needs signed requests (${injection.type})`, {
        code: 'injection_unsupported',
      })
  }
}

const rendered = (template: string, context: TemplateContext) => renderTemplate(template, context) ?? ''

function headersOf(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, value]) => {
      if (/\p{Cc}/u.test(value))
        throw new BadRequest(`The credential for the header ${name} contains control characters`, {
          code: 'credential_unusable',
        })
      return [name.toLowerCase(), value]
    }),
  )
}

function withPathPrefix(url: URL, prefix: string): URL {
  return new URL(prefix.replace(/\/$/, '') + url.pathname + url.search, url.origin)
}
