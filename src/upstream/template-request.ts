/** Owns building a request that the catalogue describes as a template. */

import { BadRequest } from '../platform/errors.ts'
import type { AppDefinition, RequestTemplate } from './app-definition.ts'
import { basicAuthorization } from './basic-authorization.ts'
import type { OutboundRequest } from './egress.ts'
import { injectCredentials } from './inject-credentials.ts'
import { lowerCaseNames } from './lower-case-names.ts'
import { renderEntries } from './template.ts'
import { clientOf, upstreamContext, upstreamUrl, type UpstreamValues } from './upstream-context.ts'
import { withQuery } from './with-query.ts'

/**
 * The request, with the credentials its `auth` asks for. A URL that starts with `/` stands on the app's base URL.
 * @throws BadRequest if a value that the templates need is missing
 */
export function buildRequest(
  app: AppDefinition,
  template: RequestTemplate,
  values: UpstreamValues,
): Omit<OutboundRequest, 'timeoutMs' | 'maxBytes'> {
  const context = upstreamContext(app, values)
  const url = withQuery(
    absoluteUrl(app, upstreamUrl(app, template.url, context), context),
    renderEntries(template.query, context),
  )
  const own = { accept: 'application/json', ...lowerCaseNames(renderEntries(template.headers, context)) }
  const request = withAuth(app, template, { url, headers: own }, values)
  const fields = {
    ...(template.body === undefined ? {} : renderEntries(template.body, context)),
    ...request.bodyParams,
  }
  return { method: template.method, url: request.url, ...written(template, request.headers, fields) }
}

function withAuth(
  app: AppDefinition,
  { auth }: RequestTemplate,
  { url, headers }: { url: URL; headers: Record<string, string> },
  values: UpstreamValues,
) {
  switch (auth) {
    case 'none':
      return { url, headers, bodyParams: {} }
    case 'client_basic': {
      const client = clientOf(app, values)
      if (client === undefined) throw new BadRequest(`${app.name_slug} has no OAuth client`)
      const authorization = basicAuthorization(client.id, client.secret ?? '')
      return { url, headers: { ...headers, authorization }, bodyParams: {} }
    }
    case 'account': {
      const injected = injectCredentials(app, { url, headers }, upstreamContext(app, values))
      // What the template writes itself is meant: Mailchimp's look-up has another scheme than its API.
      return { ...injected, headers: { ...injected.headers, ...headers } }
    }
  }
}

function absoluteUrl(app: AppDefinition, url: string, context: ReturnType<typeof upstreamContext>): string {
  if (!url.startsWith('/')) return url
  if (app.proxy.base_url === undefined) throw new BadRequest(`${app.name_slug} has no base URL`)
  return upstreamUrl(app, app.proxy.base_url, context).replace(/\/$/, '') + url
}

function written(
  { encoding }: RequestTemplate,
  headers: Record<string, string>,
  fields: Record<string, string>,
): { headers: Record<string, string>; body?: string } {
  if (encoding === 'none' || Object.keys(fields).length === 0) return { headers }
  const [type, body] =
    encoding === 'json'
      ? ['application/json', JSON.stringify(fields)]
      : ['application/x-www-form-urlencoded', new URLSearchParams(fields).toString()]
  return { headers: { 'content-type': type, ...headers }, body }
}
