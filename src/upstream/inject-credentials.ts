/** Owns putting an account's credentials on a request: the one place that knows where each app wants them. */

import { BadRequest } from '../platform/errors.ts'
import type { AppDefinition } from './app-definition.ts'
import { basicAuthorization } from './basic-authorization.ts'
import type { Injection } from './injection-definition.ts'
import { signedByAws, signedByJwt, signedByOAuth1 } from './sign-request.ts'
import { renderEntries, renderTemplate, type TemplateContext } from './template.ts'
import { upstreamUrl } from './upstream-context.ts'
import { withQuery } from './with-query.ts'

/** Header names are in lower case. */
export interface InjectableRequest {
  method: string
  url: URL
  headers: Readonly<Record<string, string>>
  /** The whole body as it will be sent, for the injections that sign it; absent: none. */
  body?: string | Buffer
}

export interface InjectedRequest {
  url: URL
  headers: Record<string, string>
  /** For the few apps that want credentials as members of the body; empty for all others. */
  bodyParams: Record<string, string>
}

/**
 * Lays the credentials over what the caller sent (they win), then adds the app's default headers where the caller
 * sent none. Changes nothing it is given. A signed request has to be sent as it comes out, byte for byte.
 * @param now milliseconds, for what is signed
 * @param choice name of one of `proxy.alternate_auth`
 * @throws BadRequest if a value is missing or would break a header, or the choice is unknown; never with the value
 */
export function injectCredentials(
  app: AppDefinition,
  request: InjectableRequest,
  context: TemplateContext,
  now: number,
  choice?: string,
): InjectedRequest {
  const injection = injectionOf(app, choice)
  const defaults = headersOf(renderEntries(app.proxy.default_headers, context))
  // Before anything is signed, so that these are.
  const whole = { ...request, headers: { ...defaults, ...request.headers } }
  const injected = injection === undefined ? {} : inject(app, injection, whole, context, now)
  return { url: request.url, headers: whole.headers, bodyParams: {}, ...injected }
}

/** What puts the credentials on; undefined for an app that has none. @throws BadRequest `unknown_alternate_auth` */
export function injectionOf(app: AppDefinition, choice?: string): Injection | undefined {
  const { auth, alternate_auth } = app.proxy
  if (choice === undefined) return auth
  const alternate = Object.hasOwn(alternate_auth, choice) ? alternate_auth[choice] : undefined
  if (alternate === undefined)
    throw new BadRequest(`${app.name_slug} has no credentials by that name`, {
      code: 'unknown_alternate_auth',
    })
  return alternate
}

function inject(
  app: AppDefinition,
  injection: Injection,
  request: InjectableRequest,
  context: TemplateContext,
  now: number,
): Partial<InjectedRequest> {
  const withHeaders = (headers: Record<string, string>) => ({
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
      return { url: withQuery(request.url, renderEntries(injection.params, context)) }
    case 'path_prefix':
      // Through the URL grammar, so that a value cannot leave its path segment.
      return { url: withPathPrefix(request.url, upstreamUrl(app, injection.value, context)) }
    case 'body':
      return { bodyParams: renderEntries(injection.params, context) }
    // Minted beforehand and handed in as derived.access_token.
    case 'jwt_assertion':
    case 'client_credentials':
      return inject(app, injection.send, request, context, now)
    case 'oauth1':
      return withHeaders({ authorization: signedByOAuth1(injection, request, context, now) })
    case 'aws_sigv4': {
      const { url, headers } = signedByAws(injection, request, context, now)
      return { url, headers: headersOf(headers) }
    }
    case 'jwt_bearer':
      return withHeaders(signedByJwt(injection, context, now))
  }
}

const rendered = (template: string, context: TemplateContext) => renderTemplate(template, context) ?? ''

function headersOf(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, value]) => {
      // RFC 9110 section 5.5. A key pasted from a text often has a quotation mark or a blank that no header can carry.
      if (/\p{Cc}|[^\p{ASCII}\u0080-\u00ff]/u.test(value))
        throw new BadRequest(`The credential for the header ${name} contains characters that no header can`, {
          code: 'credential_unusable',
        })
      return [name.toLowerCase(), value]
    }),
  )
}

function withPathPrefix(url: URL, prefix: string): URL {
  return new URL(prefix.replace(/\/$/, '') + url.pathname + url.search, url.origin)
}
